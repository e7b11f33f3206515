import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { password, from, openAccounts, signUp } from '../support/people/people.ts';
import { startSite, Stream, type Site } from '../support/server/site.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const newPassword = 'a stapled battery horse';

let site: Site;
let hosts = 0;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** Runs `tailrace reset-password` as a person does, on the database of the server that runs. */
function reset(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
	return new Promise((resolve) => {
		const { PATH, NODE_COMPILE_CACHE } = process.env;
		const options = { env: { PATH, NODE_COMPILE_CACHE, DATABASE_URL: site.database.url } };
		execFile(process.execPath, [main, 'reset-password', ...args], options, (error, stdout, stderr) => {
			resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
		});
	});
}

const people = () => openAccounts(site.database.sql);
const signIn = (email: string, password: string) =>
	people().signIn({ email, password }, from(`198.51.100.${hosts++}`));

test('sets the password, ends the sessions and their streams on the server that runs, and is recorded', async () => {
	const { user, org, session } = await signUp(people(), 'ada');
	const headers = { cookie: `tailrace_session=${session.token}` };
	const stream = new Stream(
		await fetch(`${site.server.url}/api/logs/stream?org=${org.slug}&after=0`, { headers })
	);
	await stream.until((text) => text.includes('connected'));

	const { status, stdout } = await reset('--email', ' ADA@example.com', '--password', newPassword);
	expect({ status, stdout }).toEqual({
		status: 0,
		stdout: 'New password set for ada@example.com. The account is signed out everywhere.\n'
	});
	expect(await stream.rest()).toContain('"reason":"signed out"');
	expect(await signIn(user.email, password)).toMatchObject({ ok: false });
	expect(await signIn(user.email, newPassword)).toMatchObject({ ok: true });
	const events = await site.database.sql`
		SELECT actor, target FROM audit_events WHERE org_id = ${org.id} AND action = 'reset a password'`;
	expect(events).toEqual([{ actor: "the server's machine", target: 'ada@example.com' }]);
});

test('makes up a password where none is given, and prints it', async () => {
	const { user } = await signUp(people(), 'bob');
	const { stdout } = await reset('--email', user.email);
	const [, made = ''] =
		/^account {7}bob@example\.com\nnew password {2}(\S{20}) {3}\(shown only once\)\n$/.exec(stdout) ?? [];
	expect(await signIn(user.email, made)).toMatchObject({ ok: true });

	const again = JSON.parse((await reset('--email', user.email, '--json')).stdout);
	expect(again).toEqual({ user: { id: user.id, email: user.email }, password: expect.any(String) });
	expect(await signIn(user.email, made)).toMatchObject({ ok: false });
	expect(await signIn(user.email, again.password)).toMatchObject({ ok: true });
	const given = await reset('--email', user.email, '--json', '--password', newPassword);
	expect(JSON.parse(given.stdout)).toEqual({ user: { id: user.id, email: user.email } });
});

test('of an address without an account says so: status 1', async () => {
	expect(await reset('--email', 'nobody@example.com')).toEqual({
		status: 1,
		stdout: '',
		stderr: 'No account has the address nobody@example.com.\n'
	});
});

test.each([
	['no address', [], '--email: Enter your e-mail address.'],
	['no such address', ['--email', 'ada'], '--email: Enter a valid address'],
	[
		'a common password',
		['--email', 'a@b.c', '--password', 'password1'],
		'--password: This password is too common'
	],
	['an unknown flag', ['--email', 'a@b.c', '--user', 'ada'], '--user']
])('%s is wrong usage: status 2', async (_case, args, message) => {
	const { status, stdout, stderr } = await reset(...args);
	expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
	expect(stderr).toContain(message);
	expect(stderr).toContain('Usage: tailrace reset-password');
});
