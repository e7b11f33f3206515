import { expect, test } from 'vitest';
import * as invocation from './invocation.ts';

const env = { TAILRACE_URL: 'http://127.0.0.1:3000', TAILRACE_KEY: 'tr_key' };
const read = (...args: string[]) => invocation.read(args, env);

test('everything after "--" is the command, options alike', () => {
	const asked = read(
		'--service',
		'web',
		'--environment=production',
		'--version',
		'v2',
		'--',
		'sh',
		'-c',
		'x -- y'
	);
	expect(asked).toMatchObject({
		ok: true,
		deploy: { service: 'web', environment: 'production', version: 'v2' },
		command: ['sh', '-c', 'x -- y'],
		server: { key: 'tr_key' }
	});
});

test('what is not said is not sent', () => {
	expect(read('--service', 'web', '--', 'true')).toMatchObject({ deploy: { service: 'web' } });
	expect(Object.keys((read('--service', 'web', '--', 'true') as { deploy: object }).deploy)).toEqual([
		'service'
	]);
});

test('options come before the environment, and a server may lie under a path', () => {
	const asked = read('--service', 'web', '--url', 'https://a.example/tail', '--key', 'other', '--', 'true');
	expect(asked).toMatchObject({ ok: true, server: { key: 'other' } });
	expect(asked.ok && asked.server?.url.href).toBe('https://a.example/tail/');
});

test.each([
	['no service', ['--', 'true'], '--service is missing'],
	['an empty service', ['--service', ' ', '--', 'true'], '--service is missing'],
	['no command', ['--service', 'web', '--'], 'The command is missing'],
	['an empty command', ['--service', 'web', '--', ''], 'The command is missing'],
	['a command without "--"', ['--service', 'web', 'true'], "'true'"],
	['an unknown option', ['--service', 'web', '--env', 'x', '--', 'true'], "'--env'"],
	['an option without its value', ['--service', '--', 'true'], '--service']
])('%s is wrong usage, and said', (_, args, message) => {
	const asked = read(...args);
	expect(asked).toMatchObject({ ok: false, status: 2 });
	expect(!asked.ok && asked.message.split('\n')[0]).toContain(message);
	expect(!asked.ok && asked.message).toContain('Usage: tailrace deploy');
});

test.each([
	['an address that is none', ['--url', 'here'], 'TAILRACE_URL'],
	['an address of another kind', ['--url', 'ftp://a'], 'TAILRACE_URL'],
	['a key with a line break', ['--key', 'a\nb'], 'TAILRACE_KEY']
])('%s keeps no command from running', (_, args, fault) => {
	const asked = read('--service', 'web', ...args, '--', 'true');
	expect(asked).toMatchObject({ ok: true, server: null, command: ['true'] });
	expect(asked.ok && asked.fault).toContain(fault);
});

test('a missing address or key keeps no command from running either', () => {
	const args = ['--service', 'web', '--', 'true'];
	const missing = (fault: string) => ({ ok: true, server: null, fault: expect.stringContaining(fault) });
	expect(invocation.read(args, { TAILRACE_KEY: 'k' })).toMatchObject(missing('TAILRACE_URL'));
	expect(invocation.read(args, { TAILRACE_URL: 'http://a' })).toMatchObject(missing('TAILRACE_KEY'));
});

test('help is no error', () => {
	expect(read('--help')).toMatchObject({ ok: false, status: 0 });
});
