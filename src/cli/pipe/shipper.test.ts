import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { LogsContract, key, start, type Fault } from '../../../tests/support/logs/logs-contract.ts';
import { Shipper, type Limits } from './shipper.ts';

const hasty: Partial<Limits> = { firstPause: 1, longestPause: 4 };
const patience = 30_000;

function ship(contract: LogsContract, limits: Partial<Limits> = {}, secret = key) {
	const said: string[] = [];
	const server = { url: new URL(`${contract.url}/`), key: secret };
	const shipper = new Shipper(server, { service: 'web' }, (text) => said.push(text), { ...hasty, ...limits });
	shipper.begin();
	onTestFinished(() => shipper.giveUp());
	return { shipper, said, write: (text: string) => shipper.write(Buffer.from(text)) };
}

const faults: Fault[] = ['cut', 'lose answer', 'unavailable', 'gateway', 'busy', 'none'];

test('whatever happens to its requests, every line arrives once and in order', async () => {
	const run = fc.record({
		counts: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 15 }),
		faults: fc.array(fc.constantFrom(...faults), { maxLength: 30 }),
		kills: fc.array(fc.nat(14), { maxLength: 2 })
	});
	await fc.assert(
		fc.asyncProperty(run, async ({ counts, faults, kills }) => {
			const contract = new LogsContract();
			await contract.start();
			contract.faults.push(...faults);
			const { shipper, write } = ship(contract);
			let number = 0;
			for (const [index, count] of counts.entries()) {
				await write(Array.from({ length: count }, () => `line ${++number}\n`).join(''));
				await new Promise(setImmediate);
				if (!kills.includes(index)) continue;
				await contract.kill();
				await contract.start();
			}
			expect(await shipper.end(patience)).toBe(0);
			expect(contract.messages).toEqual(Array.from({ length: number }, (_, index) => `line ${index + 1}`));
			await contract.kill();
		}),
		{ numRuns: 60 }
	);
});

test('a line is sent at once, and all that come while it is under way follow together', async () => {
	const contract = await start();
	const held = contract.hold();
	const { shipper, write } = ship(contract);
	await write('first\n');
	await contract.until(() => contract.requests.length === 1);
	for (let count = 0; count < 100; count++) await write(`${count}\n`);
	held.release();
	expect(await shipper.end(patience)).toBe(0);
	expect(contract.batches).toEqual([1, 100]);
});

test('what waits is bounded: past that, writing waits until the server takes something', async () => {
	const contract = await start();
	const held = contract.hold();
	const { shipper, write } = ship(contract, { waiting: 1024 * 1024 });
	const line = `${'x'.repeat(1000)}\n`;
	let written = 0;
	const writing = (async () => {
		for (; written < 3_000; written++) await write(line);
	})();
	await contract.until(() => contract.requests.length === 1);
	for (let before = -1; before !== written; await new Promise(setImmediate)) before = written;
	expect(written).toBeLessThan(1_100);
	held.release();
	await writing;
	expect(await shipper.end(patience)).toBe(0);
	expect(contract.entries).toHaveLength(3_000);
});

test('what is too large for the server is sent in parts, and a line that spoils its request is left out', async () => {
	const contract = await start();
	contract.limit = 5_000;
	contract.poison = 'poison';
	const { shipper, said, write } = ship(contract);
	const lines = Array.from({ length: 200 }, (_, index) => (index === 77 ? 'poison' : `line ${index}`));
	await write(lines.map((line) => `${line}\n`).join(''));
	expect(await shipper.end(patience)).toBe(1);
	expect(contract.messages).toEqual(lines.filter((line) => line !== 'poison'));
	expect(said).toEqual([
		expect.stringContaining('rejected 1 line (400: The database refused these lines.)'),
		'1 line not delivered'
	]);
});

test('a key that is refused is said once, and what was not delivered is counted', async () => {
	const contract = await start();
	const { shipper, said, write } = ship(contract, {}, 'tr_another');
	await write('one\n');
	await contract.until(() => contract.requests.length === 1);
	while (said.length === 0) await new Promise(setImmediate);
	await write('two\nthree');
	expect(await shipper.end(patience)).toBe(3);
	expect(said).toEqual([
		'the key was refused (401: This key is not known.); lines are passed through but no longer sent',
		'3 lines not delivered'
	]);
	expect(contract.requests).toHaveLength(1);
});

test('without a server the end comes when the patience is over, with the number of lines that it did not get', async () => {
	const contract = await start();
	await contract.kill();
	const { shipper, said, write } = ship(contract);
	await write('one\ntwo\n');
	expect(await shipper.end(30)).toBe(2);
	expect(said.at(-1)).toBe('2 lines not delivered');
});

test('given up in a while, the end comes then, however long it would have waited', async () => {
	const contract = await start();
	await contract.kill();
	const { shipper, write } = ship(contract);
	await write('one\n');
	const ended = shipper.end(patience * 10);
	shipper.giveUpIn(30);
	expect(await ended).toBe(1);
});

test('what is overdue to be sent is sent at once, without a warning', async () => {
	const contract = await start();
	const server = { url: new URL(`${contract.url}/`), key };
	const reading = { origin: { service: null, members: '' }, joins: true };
	const shipper = new Shipper(server, { service: 'web' }, () => {}, hasty, reading);
	const warnings: Error[] = [];
	const warn = (warning: Error) => warnings.push(warning);
	process.on('warning', warn);
	onTestFinished(() => void process.off('warning', warn));
	shipper.begin();
	await shipper.write(Buffer.from('ERROR one\n'));
	for (const began = performance.now(); performance.now() - began < 1_100;); // a busy machine
	await shipper.write(Buffer.from(''));
	await contract.until(() => contract.messages.length === 1);
	expect(await shipper.end(patience)).toBe(0);
	expect(warnings).toEqual([]);
});

test('the key never leaves with the lines, wherever its batches are cut', async () => {
	const contract = await start();
	const { shipper, write } = ship(contract);
	await write(`export TAILRACE_KEY=${key.slice(0, 5)}`);
	await write(`${key.slice(5)}\n{"msg":"${key}"}\n`);
	expect(await shipper.end(patience)).toBe(0);
	expect(contract.entries).toMatchObject([{ message: 'export TAILRACE_KEY=***' }, { msg: '***' }]);
});

test('service, level and host are what lines get that have none', async () => {
	const contract = await start();
	const url = new URL(`${contract.url}/`);
	const shipper = new Shipper({ url, key }, { service: 'a b', level: 'warn', host: 'web-1' }, () => {});
	shipper.begin();
	await shipper.write(Buffer.from('text\n'));
	await shipper.end(patience);
	expect(contract.requests).toEqual(['/api/logs?service=a+b&level=warn&host=web-1']);
});
