import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { bearer, send } from '../support/server/calls.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { from, openAccounts, signUp } from '../support/people/people.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { makeTenant } from '../support/people/tenants.ts';
import { Viewer } from '../support/logs/viewer.ts';

/** Within this many ms of the change in the database a stream has ended (issue 2). */
const soon = 1_000;

let database: TestDatabase;
let servers: Server[];

beforeAll(async () => {
	database = await testDatabase();
	const env = { DATABASE_URL: database.url };
	servers = await Promise.all([startServer({ env }), startServer({ env })]);
	return async () => {
		await Promise.all(servers.map((server) => server.stop()));
		await database.drop();
	};
});

/** A viewer on each server, all of them open. */
function open(headers: Record<string, string>, query = ''): Promise<Viewer[]> {
	const path = `/api/logs/stream?after=0${query}`;
	const viewers = servers.map(({ url }) => new Viewer({ origin: () => url, headers, path }));
	onTestFinished(() => viewers.forEach((viewer) => viewer.close()));
	return Promise.all(viewers.map((viewer) => viewer.opened()));
}

/** Everyone is shown out with the reason, and finds the door closed. */
async function expectEnd(viewers: Viewer[], reason: string): Promise<void> {
	await Promise.all(
		viewers.map((viewer) => viewer.until(({ ended, open }) => ended !== null && !open, soon))
	);
	expect(viewers.map(({ ended }) => ended)).toEqual(viewers.map(() => reason));
}

/** Somebody with an organization, signed in. */
async function signIn(name: string) {
	const people = openAccounts(database.sql);
	const { user, org, key, session } = await signUp(people, name);
	return {
		user,
		org,
		key,
		cookie: { cookie: `tailrace_session=${session.token}` },
		query: `&org=${org.slug}`
	};
}

test('streams end on every server when their key is deleted, and those of another key go on', async () => {
	const { sql } = database;
	const { key, keyId } = await makeTenant(sql);
	const other = await makeTenant(sql);
	const [ending, staying] = [await open(bearer(key)), await open(bearer(other.key))];
	await sql`DELETE FROM api_keys WHERE id = ${keyId}`;
	await expectEnd(ending, 'access removed');
	for (const { url } of servers) expect((await send(url, key, 'too late')).status).toBe(401);
	expect((await send(servers[0]?.url ?? '', other.key, 'still here')).status).toBe(200);
	await Promise.all(staying.map((viewer) => viewer.reaches(1)));
});

test('streams end on every server when their session does, and those of other sessions go on', async () => {
	const { user, key, cookie, query } = await signIn('anna');
	const { token } = await openAccounts(database.sql).sessions.create(user.id, from('here'));
	const ending = await open(cookie, query);
	const staying = await open({ cookie: `tailrace_session=${token}` }, query);
	const [first] = await database.sql<[{ id: string }]>`
		SELECT id FROM sessions WHERE user_id = ${user.id} ORDER BY expires_at LIMIT 1`;
	await database.sql`DELETE FROM sessions WHERE id = ${first.id}`;
	await expectEnd(ending, 'signed out');
	expect((await send(servers[1]?.url ?? '', key, 'still here')).status).toBe(200);
	await Promise.all(staying.map((viewer) => viewer.reaches(1)));
});

test('streams end on every server when their viewer is no longer a member', async () => {
	const { user, org, cookie, query } = await signIn('berta');
	const ending = await open(cookie, query);
	await database.sql`DELETE FROM memberships WHERE user_id = ${user.id} AND org_id = ${org.id}`;
	await expectEnd(ending, 'access removed');
	for (const { url } of servers) {
		const response = await fetch(`${url}/api/logs?org=${org.slug}`, { headers: cookie });
		expect(response.status).toBe(404);
	}
});
