import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeployContract, key, type Fault } from '../../../tests/support/deploys/deploy-contract.ts';
import { Sender } from './sender.ts';

const hasty = { batch: 1, firstPause: 1, longestPause: 4, patience: 30_000 };
const faults: Fault[] = [
	'cut',
	'cut body',
	'lose answer',
	'work later',
	'unavailable',
	'conflict',
	'late',
	'none'
];
/** A pause may let a harmless beginning of the key pass before the stars that replace it. */
const settled = (text: string) => text.replace(/(?:tr_tes|tr_te|tr_t|tr_|tr|t)+\*\*\*/g, '***');

test('however the output is cut and whatever happens to its requests, the key never arrives, and the rest does byte for byte', async () => {
	const piece = fc.oneof(
		fc.constant(key),
		fc.string({ unit: 'binary', maxLength: 20 }),
		fc.constant(key.slice(0, 7))
	);
	const run = fc.record({
		pieces: fc.array(piece, { maxLength: 20 }),
		sizes: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
		faults: fc.array(fc.constantFrom(...faults), { maxLength: 20 })
	});
	await fc.assert(
		fc.asyncProperty(run, async ({ pieces, sizes, faults }) => {
			const contract = new DeployContract();
			await contract.start();
			contract.faults.push(...faults);
			const sender = new Sender({ url: new URL(`${contract.url}/`), key }, () => {}, hasty);
			sender.begin(Promise.resolve({ service: 'web', version: `v1 ${key}` }));
			const output = Buffer.from(pieces.join(''));
			let at = 0;
			for (const size of [...sizes, output.length]) {
				if (at < output.length) sender.write(output.subarray(at, (at += size)));
				await new Promise(setImmediate);
			}
			await sender.end({ status: 'succeeded', exit_code: 0 });
			const [deploy] = contract.deploys;
			const log = deploy?.log ?? Buffer.alloc(0);
			expect(log.includes(key)).toBe(false);
			expect(settled(log.toString('latin1'))).toBe(settled(output.toString('latin1').replaceAll(key, '***')));
			expect(deploy).toMatchObject({ status: 'succeeded', size: log.length, asked: { version: 'v1 ***' } });
			await contract.kill();
		}),
		{ numRuns: 50 }
	);
});
