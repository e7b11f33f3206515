import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { nodes } from '../support/cli/command.ts';
import { numbered, shipping } from '../support/cli/shipping.ts';
import * as contracts from '../support/logs/logs-contract.ts';

const cli = bundled();

describe.each(nodes(20))('tailrace ship on Node %s', (_, node) => {
	test('files that match are sent as they grow, later ones too; excluded and packed ones are not', async () => {
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract, { node });
		append(
			'a.log',
			'INFO one',
			'java.lang.IllegalStateException: no',
			'\tat A.a(A.java:1)',
			'{"msg":"json"}'
		);
		append('old.log', 'old');
		append('a.log.gz', 'packed');
		const words = ['--service', 'web', '--level', 'warn', '--host', 'h', '--label', 'env=test'];
		const command = ship([path('*.log*'), ...words, '--exclude', 'old*']);
		await contract.until(() => contract.entries.length === 3);
		append('a.log', 'two');
		await contract.until(() => contract.entries.length === 4);
		append('b.log', 'three');
		await contract.until(() => contract.entries.length === 5);
		const { status, stderr } = await end(command, 'SIGTERM');
		expect([status, stderr]).toEqual([
			0,
			expect.stringMatching(/^tailrace: no state in .*: starting at the beginning\n$/)
		]);
		expect(contract.entries.map(({ message, msg }) => message ?? msg)).toEqual([
			'INFO one',
			'java.lang.IllegalStateException: no\n\tat A.a(A.java:1)',
			'json',
			'two',
			'three'
		]);
		expect(contract.entries[0]).toMatchObject({ env: 'test', 'log.file.path': path('a.log') });
		expect(contract.requests[0]).toBe('/api/logs?service=web&level=warn&host=h');
	});

	test('--once sends what is there and exits; the next one goes on behind it', async () => {
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract, { node });
		append('a.log', ...numbered(1, 6_000));
		const once = () => end(ship([path('*.log'), '--service', 'web', '--once']));
		expect((await once()).status).toBe(0);
		append('a.log', 'more');
		append('b.log', 'other');
		expect(await once()).toEqual({ status: 0, stderr: '' });
		expect(contract.messages.slice(0, 6_000)).toEqual(numbered(1, 6_000));
		expect(contract.messages.slice(6_000).sort()).toEqual(['more', 'other']);
	});

	test('stdin passes through, and the lines of a stack trace are one entry', async () => {
		const contract = await contracts.start();
		const { ship } = shipping(cli, contract, { node });
		const input = 'one\nTypeError: x\n    at f (x.js:1:2)\n{"a":1}\nlast';
		const { status, stdout, stderr } = await ship(['-', '--service', 'web', '--label', 'a.b=c'], { input })
			.ended;
		expect([status, String(stdout), String(stderr)]).toEqual([0, input, '']);
		expect(contract.entries).toMatchObject([
			{ message: 'one', 'a.b': 'c' },
			{ message: 'TypeError: x\n    at f (x.js:1:2)' },
			{ a: 1, 'a.b': 'c' },
			{ message: 'last' }
		]);
	});

	test('while the server is away reading waits, and everything arrives when it is back', async () => {
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract, { node });
		append('a.log', 'first');
		const command = ship([path('a.log'), '--service', 'web']);
		await contract.until(() => contract.messages.length === 1);
		await contract.kill();
		append('a.log', ...numbered(1, 50_000));
		await command.saying("can't reach the server", 'stderr');
		contract.faults.push('lose answer', 'busy');
		await contract.start();
		await contract.until(() => contract.messages.length === 50_001);
		expect(await end(command, 'SIGINT')).toMatchObject({
			status: 0,
			stderr: expect.stringContaining('is back')
		});
		expect(contract.messages).toEqual(['first', ...numbered(1, 50_000)]);
	});
});

test.each([
	['a refused key', { key: 'tr_another_key' }, /the key was refused \(401/],
	['a wrong address', { path: '/nowhere' }, /refused the request \(404\); nothing more is sent/],
	['a missing key', { key: '' }, /no API key: set TAILRACE_KEY/]
])('%s stops it with status 1 and says so; nothing is lost', async (_, wrong, message) => {
	const { key = contracts.key, path = '' } = wrong as { key?: string; path?: string };
	const contract = await contracts.start();
	const target = { url: contract.url, key };
	const scene = shipping(cli, target);
	scene.append('a.log', 'one');
	target.url = contract.url + path;
	const words = [scene.path('a.log'), '--service', 'web'];
	const { status, stderr } = await scene.end(scene.ship(words));
	expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
	Object.assign(target, { url: contract.url, key: contracts.key });
	expect((await scene.end(scene.ship([...words, '--once']))).status).toBe(0);
	expect(contract.messages).toEqual(['one']);
});

test('a line that the server refuses is left out and counted, its neighbours arrive', async () => {
	const contract = await contracts.start();
	contract.poison = 'poison';
	const { append, path, ship, end } = shipping(cli, contract);
	append('a.log', 'one', 'poison', 'two');
	const { status, stderr } = await end(ship([path('a.log'), '--service', 'web', '--once']));
	expect([status, stderr]).toEqual([1, expect.stringContaining('rejected 1 of 1 lines (400')]);
	expect(contract.messages).toEqual(['one', 'two']);
});

test('without a server a signal after the end of stdin ends it within 8 s', { timeout: 30_000 }, async () => {
	const contract = await contracts.start();
	await contract.kill();
	const { ship, end } = shipping(cli, contract);
	const command = ship(['-', '--service', 'web'], { input: 'one\n' });
	await command.saying('one\n');
	const began = performance.now();
	const { status, stderr } = await end(command, 'SIGTERM');
	expect([status, stderr]).toEqual([1, expect.stringContaining('1 line not delivered')]);
	expect(performance.now() - began).toBeLessThan(15_000);
});

test('wrong usage is status 2', async () => {
	const { ship, end } = shipping(cli, { url: 'http://127.0.0.1:1' });
	const wrong: [string[], string][] = [
		[[], 'Nothing to read'],
		[['a.log'], '--service is missing'],
		[['-', 'a.log', '--service', 'x'], '- is for stdin alone'],
		[['a.log', '--service', 'x', '--from', 'middle'], '--from takes'],
		[['a.log', '--service', 'x', '--label', 'a'], '--label takes NAME=VALUE'],
		[['a.log', '--service', 'x', '--label', 'level=a'], "--label can't be named level"],
		[['a.log', '--service', 'x', '--level', 'loud'], '--level takes'],
		[['[z-a].log', '--service', 'x'], '"[z-a].log" is not a pattern'],
		[['a.log', '--service', 'x', '--exclude', '[9-0]'], '"[9-0]" is not a pattern']
	];
	for (const [words, message] of wrong) {
		expect(await end(ship(words))).toEqual({ status: 2, stderr: expect.stringContaining(message) });
	}
});

test('with --from end only what comes is sent, and of a file that comes later everything', async () => {
	const contract = await contracts.start();
	const { append, path, ship, end } = shipping(cli, contract);
	append('a.log', 'old');
	const command = ship([path('*.log'), '--service', 'web', '--from', 'end']);
	await command.saying('starting at the end', 'stderr');
	// The message comes before the first look.
	const news = setInterval(() => append('a.log', 'new'), 100);
	await contract.until(() => contract.messages.length > 0);
	clearInterval(news);
	append('b.log', 'first of b');
	await contract.until(() => contract.messages.includes('first of b'));
	expect((await end(command, 'SIGTERM')).status).toBe(0);
	expect(new Set(contract.messages)).toEqual(new Set(['new', 'first of b']));
});

test('with --from end, what comes after a first run that had nothing to send is sent by the second', async () => {
	const contract = await contracts.start();
	const { append, path, ship, end } = shipping(cli, contract);
	append('a.log', 'old');
	const words = [path('*.log'), '--service', 'web', '--from', 'end'];
	expect((await end(ship([...words, '--once']))).status).toBe(0);
	append('a.log', 'new');
	expect(await end(ship([...words, '--once']))).toEqual({ status: 0, stderr: '' });
	expect(contract.messages).toEqual(['new']);
});

test('the key never leaves with the lines', async () => {
	const contract = await contracts.start();
	const { append, path, ship, end } = shipping(cli, contract);
	append('a.log', `export TAILRACE_KEY=${contracts.key}`);
	expect((await end(ship([path('a.log'), '--service', 'web', '--once']))).status).toBe(0);
	expect(contract.messages).toEqual(['export TAILRACE_KEY=***']);
});

test('folders and links that lead nowhere are no files', async () => {
	const contract = await contracts.start();
	const { path, ship, end } = shipping(cli, contract);
	mkdirSync(path('folder.log'));
	symlinkSync(path('nowhere'), path('broken.log'));
	const { status, stderr } = await end(ship([path('*.log'), '--service', 'web', '--once']));
	expect([status, stderr]).toEqual([0, expect.stringContaining('no file matches')]);
});
