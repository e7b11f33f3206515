import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { bundled } from '../support/cli/cli.ts';

import { shipping } from '../support/cli/shipping.ts';
import * as contracts from '../support/logs/logs-contract.ts';

const cli = bundled();
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

	const later = {
		__REALTIME_TIMESTAMP: '1795000100000000',
		__MONOTONIC_TIMESTAMP: '100',
		MESSAGE: 'later'
	};

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

	test('with --from end, what comes after a first run that had nothing to send is sent by the second', async () => {
		const contract = await contracts.start();
		const { path, ship, end } = shipping(cli, contract);
		mkdirSync(path('journal'));
		record(path('journal/a.journal'), entries);
		const env = { TAILRACE_JOURNAL: path('journal') };
		const words = ['--journald', '--from', 'end'];
		const first = ship(words, { env });
		await vi.waitUntil(() => existsSync(path('.state/ship.json')), { timeout: 20_000 });
		expect((await end(first, 'SIGTERM')).status).toBe(0);
		record(path('journal/b.journal'), [{ ...entries[0], ...later }]);
		expect(await end(ship([...words, '--once'], { env }))).toEqual({ status: 0, stderr: '' });
		expect(contract.messages).toEqual(['later']);
	});

	test('is followed, and an answer that was lost doubles nothing', async () => {
		const contract = await contracts.start();
		const { append, path, ship, end } = shipping(cli, contract);
		mkdirSync(path('journal'));
		record(path('journal/a.journal'), entries);
		const env = { TAILRACE_JOURNAL: path('journal') };
		contract.faults.push('lose answer', 'unavailable', 'unavailable', 'unavailable', 'unavailable');
		const first = ship(['--journald'], { env });
		await contract.until(() => contract.requests.length > 1);
		await end(first, 'SIGKILL');
		contract.faults.length = 0;
		append('a.log', 'of a file');
		const between = await end(ship([path('a.log'), '--service', 'web', '--once'], { env }));
		expect(between).toEqual({ status: 0, stderr: '' });
		expect(contract.messages).toEqual(['hello', 'of a file']);
		const second = ship(['--journald'], { env });
		record(path('journal/b.journal'), [{ ...entries[0], ...later }]);
		await contract.until(() => contract.messages.includes('later'));
		expect((await end(second, 'SIGTERM')).status).toBe(0);
		expect(contract.messages).toHaveLength(5);
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
