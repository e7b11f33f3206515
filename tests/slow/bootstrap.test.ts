import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bootstrap } from '../../src/lib/server/organizations/bootstrap.ts';
import { passwords } from '../../src/lib/server/people/passwords.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { from, openAccounts, signUp } from '../support/people/people.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const quiet = { info() {}, warn() {}, error() {} };
const acme = ['bootstrap', '--org', 'Acme Corp', '--email', 'Ada@example.com', '--password', 'correct horse'];

interface Outcome {
	status: number;
	stdout: string;
	stderr: string;
}

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

/** Runs the CLI as a person does, in a process and with an environment of its own. */
function tailrace(
	args: string[],
	env: Record<string, string> = { DATABASE_URL: database.url }
): Promise<Outcome> {
	return new Promise((resolve) => {
		const { PATH, NODE_COMPILE_CACHE } = process.env;
		const options = { env: { PATH, NODE_COMPILE_CACHE, ...env } };
		execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
			resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
		});
	});
}

async function made(args: string[], env?: Record<string, string>) {
	const { status, stdout, stderr } = await tailrace([...args, '--json'], env);
	expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
	expect(stdout.endsWith('\n') && stdout.trimEnd().includes('\n')).toBe(false);
	return JSON.parse(stdout) as {
		org: { id: string; slug: string };
		user: { id: string; email: string };
		key: string;
	};
}

test('makes the organization, its owner and a key with both scopes; repeated, only another key', async () => {
	const first = await made(acme);
	expect(first).toEqual({
		org: { id: expect.any(String), slug: 'acme-corp' },
		user: { id: expect.any(String), email: 'ada@example.com' },
		key: expect.stringMatching(/^tr_/)
	});
	const again = await made(acme.with(-1, 'another password'));
	expect(again).toEqual({ ...first, key: expect.not.stringMatching(first.key) });

	const people = openAccounts(database.sql);
	const { id } = first.user;
	expect(await people.organizations.find(id, 'acme-corp')).toMatchObject({ role: 'owner' });
	for (const { key } of [first, again]) {
		const identified = await people.keys.identify(key, null);
		expect(identified).toMatchObject({ key: { org: first.org.id, scopes: ['write', 'read'] } });
	}
	const signIn = (password: string) => people.signIn({ email: 'ada@example.com', password }, from('here'));
	expect(await signIn('correct horse')).toMatchObject({ ok: true });
	expect((await signIn('another password')).ok).toBe(false);
});

test('run for many owners at the same instant makes one organization', async () => {
	const { hash, ...hashing } = passwords();
	const hashed = Promise.all(Array.from({ length: 8 }, () => hash('correct horse')));
	// Every run is at its transaction before the first begins one.
	const together = { ...hashing, hash: async () => (await hashed)[0] ?? '' };
	const runs = Array.from({ length: 8 }, (_, n) => {
		const form = { name: '', email: `bob-${n}@example.com`, password: 'correct horse', organization: 'Beta' };
		return bootstrap(database.sql, together, form, { retentionDays: 30 });
	});
	const all = await Promise.all(runs);
	expect(new Set(all.map(({ org }) => org.id)).size).toBe(1);
	for (const { user } of all)
		expect(await openAccounts(database.sql).organizations.find(user.id, 'beta')).toMatchObject({
			role: 'owner'
		});
});

test('adds an owner to an organization that is there, and leaves the role of who is in it', async () => {
	const people = openAccounts(database.sql);
	const { user, org } = await signUp(people, 'carl');
	await database.sql`UPDATE memberships SET role = 'viewer' WHERE user_id = ${user.id}`;
	await made(acme.with(2, org.name).with(4, 'carl@example.com'));
	expect(await people.organizations.find(user.id, org.slug)).toMatchObject({ role: 'viewer' });
	const { stdout } = await tailrace(acme.with(2, org.name).with(4, 'dora@example.com'));
	expect(stdout).toMatch(/\nowner +dora@example\.com\n/);
	const again = await tailrace(acme.with(2, org.name).with(4, 'carl@example.com'));
	expect(again.stdout).toMatch(/\nviewer +carl@example\.com\n/);
	const other = await made(acme.with(2, org.name).with(4, 'dora@example.com'));
	expect(other.org.id).toBe(org.id);
	const joined = await database.sql`
		SELECT actor, target, details FROM audit_events WHERE org_id = ${org.id} AND action = 'joined'`;
	expect(joined).toEqual([
		{ actor: "the server's machine", target: 'dora@example.com', details: { role: 'owner' } }
	]);
	expect(await people.organizations.find(other.user.id, org.slug)).toMatchObject({ role: 'owner' });
});

test('without --json it prints for people', async () => {
	const { status, stdout } = await tailrace(acme.with(2, 'Gamma'));
	expect(status).toBe(0);
	expect(stdout).toMatch(/organization +gamma\nowner +ada@example\.com\nAPI key +tr_/);
});

test.each([
	['no command', [], 'Usage: tailrace COMMAND'],
	['an unknown command', ['constructor'], 'Unknown command "constructor"'],
	['missing flags', ['bootstrap'], '--org:'],
	['an unknown flag', [...acme, '--role', 'admin'], '--role'],
	['a reserved name', acme.with(2, 'api'), '--org: "api" is reserved by Tailrace'],
	['a short password', acme.with(-1, 'short'), '--password: Use at least 8 characters']
])('%s is wrong usage: status 2, said on stderr', async (_case, args, message) => {
	const { status, stdout, stderr } = await tailrace(args);
	expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
	expect(stderr).toContain(message);
});

test('a database that is away, or a wrong environment, is said on stderr: status 1', async () => {
	const away = await tailrace(acme, { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
	expect(away).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('ECONNREFUSED') });
	const wrong = await tailrace(acme, { DATABASE_URL: database.url, RETENTION_DAYS: 'never' });
	expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('RETENTION_DAYS') });
});

test('works on the embedded PostgreSQL, whether the server runs or not', async () => {
	const dataDir = await mkdtemp(join(tmpdir(), 'tailrace-bootstrap-'));
	await chmod(dataDir, 0o711);
	onTestFinished(() => rm(dataDir, { recursive: true }));
	const env = { DATA_DIR: dataDir };

	const beforeTheServer = await made(acme, env);
	expect(await embedded.connectUrl(dataDir)).toBeNull();
	const server = await embedded.start(dataDir, quiet);
	try {
		const besideTheServer = await made(acme, env);
		expect(besideTheServer.org).toEqual(beforeTheServer.org);
		expect(await embedded.connectUrl(dataDir)).toBe(server.url);
	} finally {
		await server.stop();
	}
});
