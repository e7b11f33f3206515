import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundled, withoutNotices, type Options } from '../support/cli/cli.ts';
import { nodes, start, type Command } from '../support/cli/command.ts';
import * as contracts from '../support/deploys/deploy-contract.ts';

const cli = bundled();
const { file, folder } = cli;
const { key } = contracts;

function deploy(command: string[], options: Omit<Options, 'key'> & { key?: string }): Command {
	return cli.run(['deploy', '--service', 'web', '--', ...command], { key, input: '', ...options });
}

const script = (code: string) => [process.execPath, '-e', code];

test('the one file needs nothing but what Node has, and loads of that what a command needs', () => {
	const text = readFileSync(file, 'utf8');
	expect(text.match(/^import .*$/gm)).toEqual(['import { createRequire } from "node:module";']);
	const required = Array.from(text.matchAll(/(?:require|import)\("([^"]+)"\)/g), ([, name]) => name);
	expect(required.length).toBeGreaterThan(5);
	expect(required.filter((name) => !name?.startsWith('node:'))).toEqual([]);
	expect(text).not.toMatch(/bootstrap|drizzle|pino/);
});

describe.each(nodes(20))('tailrace deploy on Node %s', (_, node) => {
	test('stdout and stderr pass through byte for byte, and both are in the log', async () => {
		const contract = await contracts.start();
		const all = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));
		writeFileSync(join(folder, 'bytes'), all);
		const { status, stdout, stderr } = await deploy(['sh', '-c', 'cat bytes; echo oops >&2'], {
			url: contract.url,
			node
		}).ended;
		expect(status).toBe(0);
		expect(stdout.equals(all)).toBe(true);
		expect(withoutNotices(stderr).toString()).toBe('oops\n');
		expect(stderr.toString()).toContain(`tailrace: ${contract.url}/acme/deploys/d1\n`);
		expect(contract.deploys).toMatchObject([{ asked: { service: 'web' }, status: 'succeeded', exitCode: 0 }]);
		const log = contract.deploys[0]?.log ?? Buffer.alloc(0);
		const at = log.indexOf('oops\n');
		expect(Buffer.concat([log.subarray(0, at), log.subarray(at + 5)]).equals(all)).toBe(true);
	});

	test('where stdout and stderr go to one place, the order of all writes is kept', async () => {
		const contract = await contracts.start();
		const code = `for (let i = 0; i < 2000; i++) require('fs').writeSync(1 + (i % 2), i + '\\n')`;
		writeFileSync(join(folder, 'alternate.cjs'), code);
		const line = `"${node}" "${file}" deploy --service web -- "${node}" alternate.cjs 2>&1`;
		const { stdout } = await cli.shell(line, { url: contract.url, key }).ended;
		const expected = Array.from({ length: 2000 }, (_, index) => `${index}\n`).join('');
		expect(withoutNotices(stdout).toString()).toBe(expected);
		expect(String(contract.deploys[0]?.log)).toBe(expected);
	});

	test('the command has its stdin, and can open /dev/stdout and /dev/stderr', async () => {
		const contract = await contracts.start();
		const command = ['sh', '-c', 'cat > /dev/stdout; echo two | tee /dev/stderr'];
		const { stdout, stderr } = await deploy(command, { url: contract.url, node, input: 'one\n' }).ended;
		expect(stdout.toString()).toBe('one\ntwo\n');
		expect(withoutNotices(stderr).toString()).toBe('two\n');
	});

	test('30,000 lines are whole although the server was killed twice', async () => {
		const contract = await contracts.start();
		const code = `let n = 0;
			const timer = setInterval(() => {
				for (let i = 0; i < 100; i++) console.log(++n + ' größer 🚀 \\x1b[32mgrün\\x1b[0m');
				if (n === 30000) { clearInterval(timer); process.exitCode = 7; }
			}, 10)`;
		const { ended, saying } = deploy(script(code), { url: contract.url, node });
		for (const moment of [8_000, 20_000]) {
			await saying(`\n${moment} gr`);
			await contract.kill();
			await saying(`\n${moment + 3_000} gr`);
			await contract.start();
		}
		const { status, stdout } = await ended;
		expect(status).toBe(7);
		expect(stdout.toString().match(/\n/g)).toHaveLength(30_000);
		expect(contract.deploys).toMatchObject([{ status: 'failed', exitCode: 7 }]);
		expect(contract.deploys[0]?.log.equals(stdout)).toBe(true);
	});

	test('a server that answers nothing does not hold up the command, and a signal ends the wait for it', async () => {
		const contract = await contracts.start();
		const asked = contract.hold();
		const line = 'x'.repeat(1023);
		const code = `for (let i = 0; i < 9000; i++) console.log('${line}'); console.log('done'); process.exitCode = 3`;
		const { child, ended, saying } = deploy(script(code), { url: contract.url, node });
		await saying('done');
		await asked;
		if (child.stderr) await once(child.stderr, 'data'); // it says that the command has ended and that it waits
		child.kill('SIGINT');
		const { status, stdout, stderr } = await ended;
		expect(status).toBe(3);
		expect(stdout.length).toBe(9_000 * 1024 + 5);
		expect(stderr.toString()).toContain('of the log were not sent');
	});

	test('a server that is away when the command ends gets the log when it is back', async () => {
		const contract = await contracts.start();
		await contract.kill();
		const { ended, saying } = deploy(['sh', '-c', 'echo text; exit 4'], { url: contract.url, node });
		await saying('text');
		await contract.start();
		expect((await ended).status).toBe(4);
		expect(contract.deploys).toMatchObject([{ status: 'failed', exitCode: 4 }]);
		expect(String(contract.deploys[0]?.log)).toBe('text\n');
	});

	test('a key that is refused costs the command nothing, and one line on stderr', async () => {
		const contract = await contracts.start();
		const { status, stdout, stderr } = await deploy(['sh', '-c', 'echo text; exit 6'], {
			url: contract.url,
			node,
			key: 'other'
		}).ended;
		expect([status, stdout.toString()]).toEqual([6, 'text\n']);
		expect(stderr.toString()).toMatch(/^tailrace: the key was refused \(401: .*\n$/);
	});

	test.each([
		['SIGINT', 130],
		['SIGTERM', 143],
		['SIGHUP', 129],
		['SIGQUIT', 131]
	] as const)(
		'%s reaches the command, which ends by it with status %i, cancelled',
		async (signal, status) => {
			const contract = await contracts.start();
			const code = `console.log('ready'); setInterval(() => {}, 1000)`;
			const { child, ended, saying } = deploy(script(code), { url: contract.url, node });
			await saying('ready');
			child.kill(signal);
			expect((await ended).status).toBe(status);
			expect(contract.deploys).toMatchObject([{ status: 'cancelled', exitCode: status }]);
		}
	);

	test('a command that cleans up after a signal keeps its own status', async () => {
		const contract = await contracts.start();
		const code = `process.on('SIGTERM', () => { console.log('cleaned'); process.exit(0) });
			console.log('ready'); setInterval(() => {}, 1000)`;
		const { child, ended, saying } = deploy(script(code), { url: contract.url, node });
		await saying('ready');
		child.kill('SIGTERM');
		const { status, stdout } = await ended;
		expect([status, stdout.toString()]).toEqual([0, 'ready\ncleaned\n']);
		expect(contract.deploys).toMatchObject([{ status: 'succeeded', exitCode: 0 }]);
	});

	test.each([
		['no-such-command-here', 127, 'no-such-command-here: command not found'],
		['./not-executable', 126, './not-executable: permission denied']
	])('%s cannot be started: status %i, as a shell has it', async (command, status, message) => {
		const contract = await contracts.start();
		writeFileSync(join(folder, 'not-executable'), '#!/bin/sh\n', { mode: 0o644 });
		const result = await deploy([command], { url: contract.url, node }).ended;
		expect(result.status).toBe(status);
		expect(result.stderr.toString()).toContain(`tailrace: ${message}\n`);
		expect(contract.deploys).toMatchObject([{ status: 'failed', exitCode: status }]);
		expect(String(contract.deploys[0]?.log)).toBe(`tailrace: ${message}\n`);
	});

	test('wrong usage is status 2 and runs nothing', async () => {
		const contract = await contracts.start();
		const words = ['deploy', '--', 'sh', '-c', 'echo ran'];
		const { status, stdout, stderr } = await cli.run(words, { url: contract.url, key, node }).ended;
		expect([status, stdout.toString()]).toEqual([2, '']);
		expect(stderr.toString()).toContain('--service is missing');
		expect(contract.requests).toEqual([]);
	});
});

// script(1) of util-linux gives a terminal; its options differ elsewhere.
describe.skipIf(process.platform !== 'linux')('in a terminal', () => {
	function inTerminal(before: string, command: string, url: string): Command {
		const line = `${before} "${process.execPath}" "${file}" deploy --service web -- ${command}`;
		const env = { TAILRACE_URL: url, TAILRACE_KEY: contracts.key };
		return start('script', ['-qec', line, '/dev/null'], { cwd: folder, env });
	}

	test('Ctrl-C reaches the command once, not twice', async () => {
		const contract = await contracts.start();
		const code = `let n = 0;
			process.on('SIGINT', () => console.log('interrupted ' + ++n));
			process.stdin.once('data', () => { console.log('in all ' + n); process.exit(3); });
			console.log('ready');`;
		writeFileSync(join(folder, 'count.cjs'), code);
		const { type, ended, saying } = inTerminal('', `"${process.execPath}" count.cjs`, contract.url);
		await saying('ready');
		type('\x03');
		await saying('interrupted 1');
		type('\n');
		expect((await ended).stdout.toString()).toContain('in all 1\r\n');
		expect(contract.deploys).toMatchObject([{ status: 'cancelled', exitCode: 3 }]);
		expect(String(contract.deploys[0]?.log)).toBe('ready\ninterrupted 1\nin all 1\n');
	});

	test('the command is asked for colours', async () => {
		const contract = await contracts.start();
		const before = 'env -u NO_COLOR -u FORCE_COLOR -u CI TERM=xterm-256color COLORTERM=';
		await inTerminal(before, `sh -c 'echo "colours $FORCE_COLOR"'`, contract.url).ended;
		expect(String(contract.deploys[0]?.log)).toBe('colours 2\n');
	});
});
