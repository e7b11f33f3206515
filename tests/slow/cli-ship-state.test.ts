import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { numbered, shipping } from '../support/cli/shipping.ts';
import * as contracts from '../support/logs/logs-contract.ts';
import { canMount, smallDisk } from '../support/server/small-disk.ts';

const cli = bundled();

describe('the state', () => {
	test('a damaged one stops it with a message that names the file', async () => {
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract);
		append('a.log', 'one');
		mkdirSync(path('.state'));
		for (const text of [
			'',
			'{"version":1,"files":[{"id":',
			'{"version":1,"files":[{}],"cursor":null,"pending":null}'
		]) {
			writeFileSync(path('.state/ship.json'), text);
			const { status, stderr } = await end(ship([path('a.log'), '--service', 'web']));
			expect([status, stderr]).toEqual([
				1,
				expect.stringContaining(`${path('.state/ship.json')} is damaged`)
			]);
			expect(readFileSync(path('.state/ship.json'), 'utf8')).toBe(text);
		}
		expect(contract.requests).toEqual([]);
	});

	test('only one process uses it; one that was killed leaves it free', async () => {
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract);
		append('a.log', 'one');
		const words = [path('a.log'), '--service', 'web'];
		const first = ship(words);
		await contract.until(() => contract.messages.length === 1);
		const message = `process ${first.child.pid} is using the state`;
		expect(await end(ship(words))).toEqual({ status: 1, stderr: expect.stringContaining(message) });
		await end(first, 'SIGKILL');
		append('a.log', 'two');
		expect((await end(ship([...words, '--once']))).status).toBe(0);
		expect(contract.messages).toEqual(['one', 'two']);
	});

	test('what was being sent at a crash is sent once, also if the next start names fewer files', async () => {
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract);
		append('a.log', ...numbered(1, 10));
		append('b.log', ...numbered(11, 20));
		const words = [path('b.log'), '--service', 'web'];
		contract.faults.push('lose answer', ...Array.from({ length: 100 }, () => 'unavailable' as const));
		const first = ship([path('a.log'), ...words]);
		await contract.until(() => contract.requests.length > 2);
		await end(first, 'SIGKILL');
		contract.faults.length = 0;
		append('a.log', 'last of a');
		append('b.log', 'last of b');
		for (const names of [[], [path('a.log')]]) {
			expect(await end(ship([...names, ...words, '--once']))).toEqual({ status: 0, stderr: '' });
		}
		const all = [...numbered(1, 20), 'last of a', 'last of b'];
		expect(contract.messages.toSorted()).toEqual(all.sort());
	});

	test('a folder that cannot be one is said at once', async () => {
		const { append, path, ship, end } = shipping(
			cli,
			{ url: 'http://127.0.0.1:1' },
			{ state: '/dev/null/state' }
		);
		append('a.log', 'one');
		const { status, stderr } = await end(ship([path('a.log'), '--service', 'web']));
		expect([status, stderr]).toEqual([
			1,
			expect.stringContaining('the state in /dev/null/state cannot be used')
		]);
	});

	test.runIf(canMount)(
		'on a disk that is full at the start nothing is sent until there is room',
		async () => {
			const disk = smallDisk(1);
			const contract = await contracts.start();
			const { append, path, ship, end } = shipping(cli, contract, { state: disk.folder });
			append('a.log', 'one');
			const words = [path('a.log'), '--service', 'web'];
			for (const line of ['one', 'two']) {
				disk.fill();
				const command = ship(words);
				await command.saying("can't write the state (ENOSPC", 'stderr');
				expect(contract.messages).not.toContain(line);
				disk.free();
				await contract.until(() => contract.messages.includes(line));
				expect((await end(command, 'SIGTERM')).status).toBe(0);
				append('a.log', 'two');
			}
			expect(contract.messages).toEqual(['one', 'two']);
		}
	);

	test.runIf(canMount)('on a full disk nothing is sent, and it goes on when there is room', async () => {
		const disk = smallDisk(1);
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract, { state: disk.folder });
		append('a.log', 'one');
		const command = ship([path('a.log'), '--service', 'web']);
		await contract.until(() => contract.messages.length === 1);
		disk.fill();
		append('a.log', ...numbered(1, 3_000));
		await command.saying("can't write the state (ENOSPC", 'stderr');
		expect(contract.messages.length).toBeLessThan(3_000);
		disk.free();
		await contract.until(() => contract.messages.length === 3_001);
		await end(command, 'SIGKILL');
		append('a.log', 'last');
		expect((await end(ship([path('a.log'), '--service', 'web', '--once']))).status).toBe(0);
		expect(contract.messages).toEqual(['one', ...numbered(1, 3_000), 'last']);
	});
});
