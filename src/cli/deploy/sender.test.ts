import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { DeployContract, key, start, type Fault } from '../../../tests/support/deploys/deploy-contract.ts';
import { Sender, type Pace } from './sender.ts';

const hasty: Partial<Pace> = {
	batch: 1,
	heartbeat: 30_000,
	firstPause: 1,
	longestPause: 4,
	patience: 30_000
};
const succeeded = { status: 'succeeded', exit_code: 0 } as const;

async function open(pace: Partial<Pace> = {}, service = 'web') {
	const contract = new DeployContract();
	await contract.start();
	const said: string[] = [];
	const url = new URL(`${contract.url}/`);
	const sender = new Sender({ url, key }, (message) => said.push(message), { ...hasty, ...pace });
	const begin = () => sender.begin(Promise.resolve({ service }));
	const close = () => contract.kill();
	return { contract, sender, said, begin, close };
}

async function opened(pace: Partial<Pace> = {}, service = 'web') {
	const all = await open(pace, service);
	onTestFinished(all.close);
	return all;
}

const faults: Fault[] = [
	'cut',
	'cut body',
	'lose answer',
	'work later',
	'unavailable',
	'gateway',
	'conflict',
	'late',
	'none'
];

test('whatever happens to its requests, the log is exactly what was written, of one deploy', async () => {
	const run = fc.record({
		chunks: fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { maxLength: 25 }),
		faults: fc.array(fc.constantFrom(...faults), { maxLength: 40 }),
		kills: fc.array(fc.nat(24), { maxLength: 3 })
	});
	await fc.assert(
		fc.asyncProperty(run, async ({ chunks, faults, kills }) => {
			const { contract, sender, begin, close } = await open();
			contract.faults.push(...faults);
			begin();
			for (const [index, chunk] of chunks.entries()) {
				sender.write(chunk);
				await new Promise(setImmediate);
				if (!kills.includes(index)) continue;
				await contract.kill();
				await contract.start();
			}
			await sender.end({ status: 'failed', exit_code: 3 });
			const size = Buffer.concat(chunks).length;
			expect(contract.deploys).toMatchObject([{ status: 'failed', exitCode: 3, size }]);
			expect(contract.deploys[0]?.log.equals(Buffer.concat(chunks))).toBe(true);
			await close();
		}),
		{ numRuns: 100 }
	);
});

test('what was written while the server was away is sent when it comes back', async () => {
	const { contract, sender, said, begin } = await opened();
	await contract.kill();
	begin();
	const written = Buffer.from('line äöü 🚀\n'.repeat(200_000)); // above a request's size
	for (let at = 0; at < written.length; at += 65_536) sender.write(written.subarray(at, at + 65_536));
	const ended = sender.end(succeeded);
	await contract.start();
	await ended;
	expect(contract.deploys[0]?.log.equals(written)).toBe(true);
	expect(said).toContain(`${contract.url}/acme/deploys/d1`);
});

test('silence is filled with heartbeats', async () => {
	const { contract, sender, begin } = await opened({ heartbeat: 5 });
	begin();
	await contract.until(() => (contract.deploys[0]?.heartbeats ?? 0) >= 3);
	await sender.end(succeeded);
	expect(contract.deploys[0]?.log.length).toBe(0);
});

test('a refused key is said once and then nothing is sent', async () => {
	const contract = await start();
	const said: string[] = [];
	const sender = new Sender(
		{ url: new URL(`${contract.url}/`), key: 'other' },
		(text) => said.push(text),
		hasty
	);
	sender.begin(Promise.resolve({ service: 'web' }));
	sender.write(Buffer.from('text'));
	await sender.end(succeeded);
	expect(said).toEqual([
		expect.stringMatching(
			/^the key was refused \(401: This key is not known\.\); the (log is incomplete|deploy is not streamed)$/
		)
	]);
	expect(contract.requests).toEqual(['POST /api/deploys']);
});

test('a deploy that the server refuses is said with its reason', async () => {
	const { sender, said, begin } = await opened({}, 'bad');
	begin();
	await sender.end(succeeded);
	expect(said[0]).toContain('400: The service is bad.');
});

test('a log that is full gets no more bytes, but heartbeats and its end', async () => {
	const { contract, sender, said, begin } = await opened({ heartbeat: 5 });
	contract.limit = 1000;
	begin();
	sender.write(Buffer.alloc(900, 'a'));
	await contract.until(() => contract.deploys[0]?.log.length === 900);
	sender.write(Buffer.alloc(200, 'b'));
	await contract.until(() => (contract.deploys[0]?.heartbeats ?? 0) >= 2);
	sender.write(Buffer.alloc(200, 'c'));
	await sender.end(succeeded);
	expect(contract.deploys).toMatchObject([{ status: 'succeeded' }]);
	expect(String(contract.deploys[0]?.log)).toBe(`${'a'.repeat(900)}too long\n`);
	expect(said.filter((message) => message.includes('limit'))).toHaveLength(1);
});

test('a deploy that someone else has finished gets nothing more', async () => {
	const { contract, sender, said, begin } = await opened();
	begin();
	sender.write(Buffer.from('one'));
	await contract.until(() => contract.deploys[0]?.log.length === 3);
	for (const deploy of contract.deploys) deploy.status = 'cancelled';
	sender.write(Buffer.from('two'));
	await sender.end(succeeded);
	expect(String(contract.deploys[0]?.log)).toBe('one');
	expect(said.at(-1)).toContain('409: It has finished.');
});

test('a server that lost acknowledged bytes is not sent a log with a hole', async () => {
	const { contract, sender, said, begin } = await opened();
	begin();
	sender.write(Buffer.from('one'));
	await contract.until(() => contract.deploys[0]?.log.length === 3);
	for (const deploy of contract.deploys) deploy.log = Buffer.from('o');
	sender.write(Buffer.from('two'));
	await sender.end(succeeded);
	expect(String(contract.deploys[0]?.log)).toBe('o');
	expect(said.at(-1)).toContain('ends at byte 1');
});

test('a server that lost acknowledged bytes is not told that the log is whole', async () => {
	const { contract, sender, said, begin } = await opened();
	begin();
	sender.write(Buffer.from('one'));
	await contract.until(() => contract.deploys[0]?.log.length === 3);
	for (const deploy of contract.deploys) deploy.log = Buffer.from('o');
	await sender.end(succeeded);
	expect(contract.deploys).toMatchObject([{ status: 'running' }]);
	expect(said.at(-1)).toContain('ends at byte 1');
});

test('without a server the end comes when the patience is over, and says what is missing', async () => {
	const { contract, sender, said, begin } = await opened({ patience: 50 });
	await contract.kill();
	begin();
	sender.write(Buffer.from('text'));
	await sender.end(succeeded);
	expect(said.at(-1)).toBe('the server did not answer: 4 bytes of the log were not sent');
});

test('giving up ends also a request that is under way', async () => {
	const { contract, sender, begin } = await opened();
	const hanging = contract.hold();
	begin();
	const ended = sender.end(succeeded);
	await hanging;
	sender.giveUp();
	await ended;
	expect(contract.deploys).toEqual([]);
});
