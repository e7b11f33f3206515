import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { nodes, type Command } from '../support/cli/command.ts';
import { shipping } from '../support/cli/shipping.ts';
import * as contracts from '../support/logs/logs-contract.ts';
import { canMount, smallDisk } from '../support/server/small-disk.ts';

const cli = bundled();
const said = (command: Command, text: string) =>
	new Promise<void>((resolve) => {
		let all = '';
		command.child.stderr?.on('data', (bytes) => {
			all += String(bytes);
			if (all.includes(text)) resolve();
		});
	});
const numbered = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

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
		await said(command, "can't reach the server");
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

test('wrong usage is status 2', async () => {
	const { ship, end } = shipping(cli, { url: 'http://127.0.0.1:1' });
	const wrong: [string[], string][] = [
		[[], 'Nothing to read'],
		[['a.log'], '--service is missing'],
		[['-', 'a.log', '--service', 'x'], '- is for stdin alone'],
		[['a.log', '--service', 'x', '--from', 'middle'], '--from takes'],
		[['a.log', '--service', 'x', '--label', 'a'], '--label takes NAME=VALUE'],
		[['a.log', '--service', 'x', '--label', 'level=a'], "--label can't be named level"],
		[['a.log', '--service', 'x', '--level', 'loud'], '--level takes']
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
	await said(command, 'starting at the end');
	// The message comes before the first look.
	const news = setInterval(() => append('a.log', 'new'), 100);
	await contract.until(() => contract.messages.length > 0);
	clearInterval(news);
	append('b.log', 'first of b');
	await contract.until(() => contract.messages.includes('first of b'));
	expect((await end(command, 'SIGTERM')).status).toBe(0);
	expect(new Set(contract.messages)).toEqual(new Set(['new', 'first of b']));
});

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

	test.runIf(canMount)('on a full disk nothing is sent, and it goes on when there is room', async () => {
		const disk = smallDisk(1);
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract, { state: disk.folder });
		append('a.log', 'one');
		const command = ship([path('a.log'), '--service', 'web']);
		await contract.until(() => contract.messages.length === 1);
		disk.fill();
		append('a.log', ...numbered(1, 3_000));
		await said(command, "can't write the state (ENOSPC");
		expect(contract.messages.length).toBeLessThan(3_000);
		disk.free();
		await contract.until(() => contract.messages.length === 3_001);
		await end(command, 'SIGKILL');
		append('a.log', 'last');
		expect((await end(ship([path('a.log'), '--service', 'web', '--once']))).status).toBe(0);
		expect(contract.messages).toEqual(['one', ...numbered(1, 3_000), 'last']);
	});
});

describe('containers', () => {
	const time = '2026-11-28T02:00:00.123456789Z';

	test('of Docker have their name, and lines that the runtime split are whole', async () => {
		const contract = await contracts.start();
		const { path, append, ship, end } = shipping(cli, contract);
		const id = 'c3'.repeat(32);
		mkdirSync(path(id));
		writeFileSync(path(`${id}/config.v2.json`), '{"Name":"/shop-web"}');
		const line = (log: string, stream = 'stdout') => JSON.stringify({ log, stream, time });
		append(
			`${id}/${id}-json.log`,
			line('TypeError: x\n'),
			line('half a ', 'stderr'),
			line('    at f (x.js:1:2)\n')
		);
		append(`${id}/${id}-json.log`, line('line\n', 'stderr'), line('{"msg":"json","service":"own"}\n'));
		const env = { TAILRACE_DOCKER_LOGS: path('.') };
		const { status } = await end(ship(['--docker', '--once'], { env }));
		expect(status).toBe(0);
		expect(contract.entries).toMatchObject([
			{ message: 'TypeError: x\n    at f (x.js:1:2)', service: 'shop-web', time, 'log.iostream': 'stdout' },
			{ message: 'half a line', 'container.id': id, 'log.iostream': 'stderr' },
			{ msg: 'json', service: 'own' }
		]);
	});

	test('of Kubernetes are known by their file, through links and rotation; a progress bar is bounded', async () => {
		const contract = await contracts.start();
		const { path, append, ship, end } = shipping(cli, contract);
		mkdirSync(path('pod'));
		mkdirSync(path('containers'));
		append('pod/0.log', `${time} stdout F one`);
		const name = `web-1_shop_api-${'d4'.repeat(32)}.log`;
		symlinkSync(path('pod/0.log'), path(`containers/${name}`));
		const env = { TAILRACE_KUBERNETES_LOGS: path('containers') };
		const command = ship(['--kubernetes'], { env });
		await contract.until(() => contract.entries.length === 1);
		append('pod/0.log', `${time} stdout F two`);
		renameSync(path('pod/0.log'), path('pod/0.log.20261128-020000'));
		const bar = Array.from({ length: 1_000 }, () => `${time} stderr P \r${'#'.repeat(999)}`);
		append('pod/0.log', ...bar, `${time} stderr F done`, `${time} stdout F three`);
		await contract.until(() => contract.messages.includes('three'));
		expect((await end(command, 'SIGTERM')).status).toBe(0);
		expect(contract.entries[0]).toMatchObject({
			...{ time, message: 'one', service: 'api', 'log.iostream': 'stdout', 'k8s.pod.name': 'web-1' },
			...{ 'k8s.namespace.name': 'shop', 'k8s.container.name': 'api' }
		});
		const bars = contract.messages.filter((message) => String(message).includes('#')).join('');
		expect(bars).toBe(`\r${'#'.repeat(999)}`.repeat(1_000) + 'done');
		expect(contract.messages.filter((message) => !String(message).includes('#'))).toEqual([
			'one',
			'two',
			'three'
		]);
	});
});

const remote = '/usr/lib/systemd/systemd-journal-remote';

describe.runIf(existsSync(remote))('the journal', () => {
	/** Entries in the format of systemd's journal export, a second apart. */
	function record(file: string, entries: Record<string, string | Buffer>[]): void {
		const parts = entries.flatMap((entry, index) => {
			const time = String(1_795_000_000_000_000 + index * 1_000_000);
			const all = { __REALTIME_TIMESTAMP: time, __MONOTONIC_TIMESTAMP: String(index + 1), ...entry };
			return [...Object.entries(all).map(([name, value]) => field(name, value)), Buffer.from('\n')];
		});
		execFileSync(remote, ['-o', file, '-'], {
			input: Buffer.concat(parts),
			stdio: ['pipe', 'ignore', 'ignore']
		});
	}

	function field(name: string, value: string | Buffer): Buffer {
		if (typeof value === 'string') return Buffer.from(`${name}=${value}\n`);
		const length = Buffer.alloc(8);
		length.writeBigUInt64LE(BigInt(value.length));
		return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')]);
	}

	const common = { _BOOT_ID: '1'.repeat(32), _HOSTNAME: 'node-1', _PID: '17', SYSLOG_IDENTIFIER: 'web' };
	const printed = { ...common, _TRANSPORT: 'stdout', _STREAM_ID: 'ab', PRIORITY: '3' };
	const entries = [
		{ ...common, _TRANSPORT: 'journal', PRIORITY: '6', MESSAGE: 'hello' },
		{ ...printed, MESSAGE: 'Traceback (most recent call last):' },
		{ ...printed, MESSAGE: '  File "a.py", line 1, in <module>' },
		{ ...common, _TRANSPORT: 'syslog', PRIORITY: '4', MESSAGE: Buffer.from('bytes \x01 ä') },
		{ ...printed, MESSAGE: 'ValueError: x' }
	];

	test('is sent with its fields, traces joined, and goes on where it was', async () => {
		const contract = await contracts.start();
		const { path, ship, end } = shipping(cli, contract);
		mkdirSync(path('journal'));
		record(path('journal/a.journal'), entries);
		const env = { TAILRACE_JOURNAL: path('journal') };
		const once = () => end(ship(['--journald', '--once'], { env }));
		expect((await once()).status).toBe(0);
		expect(contract.entries).toMatchObject([
			{ message: 'hello', service: 'web', host: 'node-1', PRIORITY: '6', time: 1_795_000_000_000_000 },
			{ message: 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: x' },
			{ message: 'bytes \x01 ä', PRIORITY: '4' }
		]);
		expect(await once()).toEqual({ status: 0, stderr: '' });
		expect(contract.entries).toHaveLength(3);
	});

	test('is followed, and an answer that was lost doubles nothing', async () => {
		const contract = await contracts.start();
		const { path, ship, end } = shipping(cli, contract);
		mkdirSync(path('journal'));
		record(path('journal/a.journal'), entries);
		const env = { TAILRACE_JOURNAL: path('journal') };
		contract.faults.push('lose answer', 'unavailable', 'unavailable', 'unavailable', 'unavailable');
		const first = ship(['--journald'], { env });
		await contract.until(() => contract.requests.length > 1);
		await end(first, 'SIGKILL');
		contract.faults.length = 0;
		const second = ship(['--journald'], { env });
		await contract.until(() => contract.entries.length === 3);
		const later = {
			__REALTIME_TIMESTAMP: '1795000100000000',
			__MONOTONIC_TIMESTAMP: '100',
			MESSAGE: 'later'
		};
		record(path('journal/b.journal'), [{ ...entries[0], ...later }]);
		await contract.until(() => contract.messages.includes('later'));
		expect((await end(second, 'SIGTERM')).status).toBe(0);
		expect(contract.messages).toHaveLength(4);
	});
});

test('a journal that cannot be read is said, and the status is 1', async () => {
	const { ship, end, path } = shipping(cli, { url: 'http://127.0.0.1:1' });
	const env = { PATH: path('empty') };
	expect(await end(ship(['--journald'], { env }))).toEqual({
		status: 1,
		stderr: expect.stringContaining('journalctl cannot be run')
	});
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
