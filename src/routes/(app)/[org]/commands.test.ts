import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commands, quote } from './commands.ts';

const run = promisify(execFile);

test.each(['plain', "it's", '$HOME `id` "x" \\ \n end', "''", '-n', ''])(
	'a shell reads %j back as it was quoted',
	async (text) => {
		const { stdout } = await run('sh', ['-c', `printf %s ${quote(text)}`]);
		expect(stdout).toBe(text);
	}
);

test('a key is shown only what its scopes allow', () => {
	const titles = (...scopes: ('read' | 'write')[]) =>
		commands('http://localhost:3000', scopes, 'tr_x').map(({ title }) => title);
	expect(titles('read')).toEqual(['curl: follow']);
	expect(titles('write')).not.toContain('curl: follow');
	expect(titles('write', 'read')).toEqual([...titles('write'), ...titles('read')]);
});

test('every command names the server and the key, or where the key is taken from', () => {
	for (const { text } of commands('https://logs.example.com', ['write', 'read'], 'tr_secret')) {
		expect(text).toContain('https://logs.example.com');
		expect(text).toContain('tr_secret');
	}
	for (const { text } of commands('https://logs.example.com', ['write', 'read'], null))
		expect(text).toMatch(/TAILRACE_KEY|TAILRACE_URL=/);
});
