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
	expect(asked.ok && asked.server.url.href).toBe('https://a.example/tail/');
});

test.each([
	['no service', ['--', 'true'], '--service is missing'],
	['an empty service', ['--service', ' ', '--', 'true'], '--service is missing'],
	['no command', ['--service', 'web', '--'], 'There is no command'],
	['an empty command', ['--service', 'web', '--', ''], 'There is no command'],
	['a command without "--"', ['--service', 'web', 'true'], "'true'"],
	['an unknown option', ['--service', 'web', '--env', 'x', '--', 'true'], "'--env'"],
	['an option without its value', ['--service', '--', 'true'], '--service'],
	['an address that is none', ['--service', 'web', '--url', 'here', '--', 'true'], 'TAILRACE_URL'],
	['an address of another kind', ['--service', 'web', '--url', 'ftp://a', '--', 'true'], 'TAILRACE_URL'],
	['a key with a line break', ['--service', 'web', '--key', 'a\nb', '--', 'true'], 'TAILRACE_KEY']
])('%s is wrong usage, and said', (_, args, message) => {
	const asked = read(...args);
	expect(asked).toMatchObject({ ok: false, status: 2 });
	expect(!asked.ok && asked.message.split('\n')[0]).toContain(message);
	expect(!asked.ok && asked.message).toContain('Usage: tailrace deploy');
});

test('a missing address or key is wrong usage', () => {
	const args = ['--service', 'web', '--', 'true'];
	expect(invocation.read(args, { TAILRACE_KEY: 'k' })).toMatchObject({ ok: false, status: 2 });
	expect(invocation.read(args, { TAILRACE_URL: 'http://a' })).toMatchObject({ ok: false, status: 2 });
});

test('help is no error', () => {
	expect(read('--help')).toMatchObject({ ok: false, status: 0 });
});
