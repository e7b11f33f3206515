import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundled, withoutNotices } from '../support/cli/cli.ts';
import { nodes, type Command } from '../support/cli/command.ts';
import * as contracts from '../support/deploys/deploy-contract.ts';
import { expectOne, readersOf, runs } from '../support/cli/left-behind.ts';

const cli = bundled();
const { key } = contracts;

describe.each(nodes(20))('tailrace deploy on Node %s', (_, node) => {
	const deploy = (command: string[], url: string, env: Record<string, string> = {}): Command =>
		cli.run(['deploy', '--service', 'web', '--', ...command], { url, key, node, input: '', env });
	const inShell = (line: string, url: string): Command => cli.shell(line, { url, key });
	const deployed = `"${node}" "${cli.file}" deploy --service web --`;

	/** Leaves a daemon behind, and says what became of the deploy. */
	async function leaveDaemon(env: Record<string, string> = {}) {
		const contract = await contracts.start();
		const { code, called } = await expectOne();
		writeFileSync(join(cli.folder, 'daemon.cjs'), code);
		const line = `nohup "${node}" daemon.cjs & echo deployed`;
		const { status, stdout } = await deploy(['sh', '-c', line], contract.url, env).ended;
		expect([status, String(stdout)]).toEqual([0, 'deployed\n']);
		return { daemon: await called, contract };
	}

	test('a daemon that the command leaves behind lives on, and what reads its output ends with it', async () => {
		const { daemon, contract } = await leaveDaemon();
		await daemon.write();
		await daemon.write();
		expect(contract.deploys).toMatchObject([{ status: 'succeeded' }]);
		expect(String(contract.deploys[0]?.log)).toBe('deployed\n');
		const readers = readersOf(daemon.pid);
		expect(readers.length).toBeGreaterThan(0);
		daemon.end();
		await expect.poll(() => readers.filter(runs), { timeout: 20_000 }).toEqual([]);
	});

	test('a daemon lives on also where there is no folder for named pipes', async () => {
		const { daemon } = await leaveDaemon({ TMPDIR: '/does/not/exist' });
		await daemon.write();
		await daemon.write();
	});

	test('no process is left when the command left none behind', async () => {
		const contract = await contracts.start();
		const options = { url: contract.url, key, env: { TMPDIR: cli.folder } };
		const line = `${deployed} sh -c 'echo done'; ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c "${cli.folder}/.*/pipe-"`;
		expect(String((await cli.shell(line, options).ended).stdout)).toBe('done\n0\n');
	});

	test('a reader of stdout that goes away ends the command as it would without us, and the server is told', async () => {
		const contract = await contracts.start();
		const count = 'i=0; while :; do i=$((i+1)); echo $i; done';
		const line = `(${deployed} sh -c '${count}'; echo "status $?" >&2) | head -n 1`;
		const { stdout, stderr } = await inShell(line, contract.url).ended;
		expect(String(stdout)).toBe('1\n');
		expect(String(withoutNotices(stderr))).toBe('status 141\n');
		expect(contract.deploys).toMatchObject([{ status: 'failed', exitCode: 141 }]);
		expect(String(contract.deploys[0]?.log)).toMatch(/^1\n2\n/);
	});

	test('a reader of stdout that goes away leaves stderr, and a command that does not mind, alone', async () => {
		const contract = await contracts.start();
		const line = `${deployed} sh -c 'trap "" PIPE; for i in 1 2 3 4 5 6 7 8; do echo $i 2>/dev/null; sleep 0.1; done; echo end >&2; exit 5' | head -n 1`;
		const { stderr } = await inShell(line, contract.url).ended;
		expect(String(withoutNotices(stderr))).toBe('end\n');
		expect(contract.deploys).toMatchObject([{ status: 'failed', exitCode: 5 }]);
		expect(String(contract.deploys[0]?.log)).toMatch(/^1\n(\d\n)*end\n$/);
	});

	test.skipIf(process.platform !== 'linux')('a full disk behind stdout does not end the deploy', async () => {
		const contract = await contracts.start();
		const line = `${deployed} sh -c 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo $i; done; exit 3' > /dev/full`;
		const { status, stderr } = await inShell(line, contract.url).ended;
		expect([status, String(withoutNotices(stderr))]).toEqual([3, '']);
		expect(String(contract.deploys[0]?.log).split('\n')).toHaveLength(2_001);
	});

	test.each([
		['no key', { TAILRACE_KEY: '' }, 'no API key: set TAILRACE_KEY or --key'],
		['no address', { TAILRACE_URL: '' }, 'no server address: set TAILRACE_URL or --url'],
		['an address that is none', { TAILRACE_URL: 'logs.example.com' }, 'no server address']
	])('%s is a warning: the command runs', async (_, env, warning) => {
		const contract = await contracts.start();
		const { status, stdout, stderr } = await deploy(['sh', '-c', 'echo ran; exit 4'], contract.url, env)
			.ended;
		expect([status, String(stdout)]).toEqual([4, 'ran\n']);
		expect(String(stderr)).toMatch(/^tailrace: the deploy is not streamed: .*\n$/);
		expect(String(stderr)).toContain(warning);
		expect(contract.requests).toEqual([]);
	});

	test('the key that the command prints is not sent, however it prints it', async () => {
		const contract = await contracts.start();
		const basic = Buffer.from(`ci:${key}`).toString('base64');
		const script = `env | grep TAILRACE_KEY; printf '${key.slice(0, 4)}'; sleep 0.3; printf '${key.slice(4)}\\n'; echo "Basic ${basic}"`;
		const { stdout } = await deploy(['sh', '-xc', script], contract.url).ended;
		expect(String(stdout)).toBe(`TAILRACE_KEY=${key}\n${key}\nBasic ${basic}\n`);
		const log = String(contract.deploys[0]?.log);
		expect(log).toContain('TAILRACE_KEY=***\n');
		expect(log).not.toContain(key);
		expect(log).not.toContain(basic);
		expect(contract.deploys).toMatchObject([{ size: Buffer.byteLength(log), status: 'succeeded' }]);
	});
});
