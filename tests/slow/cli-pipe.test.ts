import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { bundled, withoutNotices } from '../support/cli/cli.ts';
import { nodes, type Command } from '../support/cli/command.ts';
import * as contracts from '../support/logs/logs-contract.ts';
import { startSite, type Site } from '../support/server/site.ts';

const cli = bundled();
const pipe = (contract: contracts.LogsContract, node: string, input?: string): Command =>
	cli.run(['pipe', '--service', 'web'], {
		url: contract.url,
		key: contracts.key,
		node,
		...(input === undefined ? {} : { input })
	});

/** Resolves when the file descriptor of a child gives something. */
const said = (command: Command) => once(command.child.stderr!, 'data').then(([bytes]) => String(bytes));

describe.each(nodes(20))('tailrace pipe on Node %s', (_, node) => {
	test('stdin passes through byte for byte, and each line arrives as it comes', async () => {
		const contract = await contracts.start();
		const command = pipe(contract, node);
		for (const line of ['one', 'two', 'three']) {
			command.type(`${line}\n`);
			await contract.until(() => contract.messages.at(-1) === line);
		}
		command.type('no line end');
		command.child.stdin?.end();
		const { status, stdout, stderr } = await command.ended;
		expect([status, String(stdout), String(stderr)]).toEqual([0, 'one\ntwo\nthree\nno line end', '']);
		expect(contract.messages).toEqual(['one', 'two', 'three', 'no line end']);
	});

	test('bytes that are no text pass through unchanged', async () => {
		const contract = await contracts.start();
		const line = `head -c 300000 /dev/urandom > bytes; "${node}" "${cli.file}" pipe --service web < bytes | cmp - bytes`;
		const { status } = await cli.shell(line, { url: contract.url, key: contracts.key }).ended;
		expect(status).toBe(0);
		expect(contract.entries.length).toBeGreaterThan(0);
	});

	test('what comes while the server is away arrives when it is back, once and in order', async () => {
		const contract = await contracts.start();
		const command = pipe(contract, node);
		command.type('before\n');
		await contract.until(() => contract.messages.length === 1);
		await contract.kill();
		const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}`);
		command.type(lines.map((line) => `${line}\n`).join(''));
		await command.saying('line 4999\n');
		contract.faults.push('lose answer', 'cut', 'unavailable');
		await contract.start();
		command.child.stdin?.end();
		expect((await command.ended).status).toBe(0);
		expect(contract.messages).toEqual(['before', ...lines]);
	});

	test.each(['SIGINT', 'SIGTERM'] as const)(
		'%s sends what has come, also a last line without its end',
		async (signal) => {
			const contract = await contracts.start();
			const held = contract.hold();
			const command = pipe(contract, node);
			command.type('one\ntwo\nthr');
			await command.saying('thr');
			command.child.kill(signal);
			command.child.stdin?.end('ee');
			held.release();
			expect((await command.ended).status).toBe(0);
			expect(contract.messages).toEqual(['one', 'two', 'three']);
		}
	);

	test('a signal ends it also where stdin does not end', async () => {
		const contract = await contracts.start();
		const command = pipe(contract, node);
		command.type('one\n');
		await command.saying('one\n');
		command.child.kill('SIGTERM');
		expect((await command.ended).status).toBe(143);
		expect(contract.messages).toEqual(['one']);
	});

	test('a second signal does not wait for the server, and says what is not delivered', async () => {
		const contract = await contracts.start();
		contract.hold();
		const command = pipe(contract, node, 'one\ntwo\n');
		expect(await said(command)).toContain('sending the last 2 lines for up to 60 s');
		command.child.kill('SIGTERM');
		const { status, stderr } = await command.ended;
		expect([status, String(stderr)]).toEqual([
			1,
			expect.stringContaining('tailrace: 2 lines not delivered\n')
		]);
	});

	test('a reader of stdout that goes away ends the program as it would without us', async () => {
		const contract = await contracts.start();
		const line = `(yes 2>/dev/null; echo "yes $?" >&2) | ("${node}" "${cli.file}" pipe --service web; echo "pipe $?" >&2) | head -n 1`;
		const { stdout, stderr } = await cli.shell(line, { url: contract.url, key: contracts.key }).ended;
		expect(String(stdout)).toBe('y\n');
		expect(String(withoutNotices(stderr)).split('\n').sort()).toEqual(['', 'pipe 141', 'yes 141']);
		expect(contract.messages[0]).toBe('y');
	});

	test.each([
		['a missing key', { key: '' }, /not sent: no API key: set TAILRACE_KEY/],
		['a refused key', { key: 'tr_another_key' }, /the key was refused \(401/],
		['a wrong address', { path: '/nowhere' }, /no longer sent/]
	])(
		'%s passes lines through, says so and ends with status 1',
		async (_, { key = contracts.key, path = '' }: { key?: string; path?: string }, message) => {
			const contract = await contracts.start();
			const options = { url: contract.url + path, key, node, input: 'one\ntwo\n' };
			const { status, stdout, stderr } = await cli.run(['pipe', '--service', 'web'], options).ended;
			expect([status, String(stdout)]).toEqual([1, 'one\ntwo\n']);
			expect(String(stderr)).toMatch(message);
		}
	);

	test('wrong usage is status 2', async () => {
		const options = { url: 'http://127.0.0.1:1', key: contracts.key, node, input: '' };
		const wrong = await cli.run(['pipe'], options).ended;
		expect([wrong.status, String(wrong.stderr)]).toEqual([
			2,
			expect.stringContaining('--service is missing')
		]);
		const level = await cli.run(['pipe', '--service', 'web', '--level', 'loud'], options).ended;
		expect([level.status, String(level.stderr)]).toEqual([2, expect.stringContaining('--level takes')]);
	});
});

describe('on a real server', () => {
	let site: Site;
	beforeAll(async () => void (site = await startSite()));
	afterAll(() => site.stop());

	test('lines are entries: JSON with its fields, text with service, level, host and the time it was read', async () => {
		const tenant = await site.tenant();
		const input = 'plain text\n{"level":"error","msg":"it broke","service":"api","user":42}\n\nlast';
		const words = ['pipe', '--service', 'web', '--level', 'warn', '--host', 'web-1'];
		const before = Date.now();
		const options = { url: tenant.origin, key: tenant.made.key, node: process.execPath, input };
		const { status, stdout } = await cli.run(words, options).ended;
		expect([status, String(stdout)]).toEqual([0, input]);
		const { logs } = (await (await tenant.fetch('/api/logs')).json()) as { logs: Entry[] };
		expect(logs.reverse()).toMatchObject([
			{ message: 'plain text', level: 'warn', service: 'web', host: 'web-1' },
			{ message: 'it broke', level: 'error', service: 'api', host: 'web-1', attributes: { user: 42 } },
			{ message: 'last', level: 'warn', service: 'web', host: 'web-1' }
		]);
		for (const { time } of logs) expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
	});
});
