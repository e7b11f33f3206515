import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { startServer, type Server } from '../support/server/server.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let other: Server;
beforeAll(async () => {
	site = await startSite();
	other = await startServer({ env: { DATABASE_URL: site.database.url } });
});
afterAll(async () => {
	await other.stop();
	await site.stop();
});

/** The page of a form as a browser gets it, and the token in it. */
async function tokenOf(owner: Tenant, page: string): Promise<string> {
	const text = await (await owner.fetch(page, { headers: { accept: 'text/html' } })).text();
	return /name="sent" value="([\w-]{22})"/.exec(text)?.[1] ?? '';
}

/** Sends the same form to both servers at once, as a balancer does that tries again, or two clicks. */
async function sendTwice(owner: Tenant, path: string, fields: Record<string, string>): Promise<Response[]> {
	const { cookie } = owner.headers;
	return Promise.all(
		[site.server.url, other.url].map((origin) =>
			fetch(origin + path, {
				method: 'POST',
				body: String(new URLSearchParams(fields)),
				headers: {
					cookie: cookie ?? '',
					origin,
					accept: 'text/html',
					'content-type': 'application/x-www-form-urlencoded'
				},
				redirect: 'manual'
			})
		)
	);
}

async function owned() {
	const tenant = await site.tenant();
	return { tenant, owner: await tenant.signedIn(), base: `/${tenant.org.slug}/settings` };
}

const only = <T>(all: readonly (T | undefined)[]): T | undefined => {
	expect(new Set(all).size).toBe(1);
	return all[0];
};

const audited = async (org: string, action: string) =>
	(await site.database.sql`SELECT 1 FROM audit_events WHERE org_id = ${org} AND action = ${action}`).count;

describe('a form that is sent twice acts once', () => {
	test('a key is created once, and both answers show it', async () => {
		const { tenant, owner, base } = await owned();
		const sent = await tokenOf(owner, `${base}/keys`);
		const before = await audited(tenant.org.id, 'created an API key');
		const fields = { name: 'web', scopes: 'write', expires: '30', sent };
		const answers = await sendTwice(owner, `${base}/keys?/make`, fields);
		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		const texts = await Promise.all(answers.map((answer) => answer.text()));
		const key = only(texts.map((text) => /tr_[\w-]{43}/.exec(text)?.[0]));
		const { sql } = site.database;
		expect((await sql`SELECT 1 FROM api_keys WHERE org_id = ${tenant.org.id} AND name = 'web'`).count).toBe(
			1
		);
		expect(await audited(tenant.org.id, 'created an API key')).toBe(before + 1);
		const posted = await tenant
			.with({ authorization: `Bearer ${key}` })
			.post('hello', { 'content-type': 'text/plain' });
		expect(posted.status).toBe(200);
		const [kept] = await sql<{ text: string }[]>`SELECT f::text AS text FROM form_submissions f`;
		expect(kept?.text).not.toContain(key?.slice(3));

		// A repeat after it was revoked brings nothing back; another form, or the same with other words, is another.
		await sql`DELETE FROM api_keys WHERE org_id = ${tenant.org.id} AND name = 'web'`;
		const late = await sendTwice(owner, `${base}/keys?/make`, fields);
		expect(late.map(({ status }) => status)).toEqual([409, 409]);
		const next = await sendTwice(owner, `${base}/keys?/make`, { ...fields, name: 'worker' });
		expect(next.map(({ status }) => status)).toEqual([200, 200]);
		expect(await tokenOf(owner, `${base}/keys`)).not.toBe(sent);
	});

	test('an invitation is made once, and both answers show its link', async () => {
		const { tenant, owner, base } = await owned();
		const sent = await tokenOf(owner, `${base}/members`);
		const fields = { email: 'ada@example.com', role: 'member', sent };
		const answers = await sendTwice(owner, `${base}/members?/invite`, fields);
		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		const texts = await Promise.all(answers.map((answer) => answer.text()));
		const path = only(texts.map((text) => /\/invitations\/[\w-]{43}/.exec(text)?.[0]));
		expect(await audited(tenant.org.id, 'invited')).toBe(1);
		expect((await fetch(site.server.url + path)).status).toBe(200);
	});

	test('an organization is created once, and both answers lead to it', async () => {
		const { tenant, owner } = await owned();
		const { sql } = site.database;
		await sql`UPDATE users SET instance_admin = true WHERE id = ${tenant.made.userId}`;
		const sent = await tokenOf(owner, '/account/organizations');
		const fields = { organization: 'Second Team', sent };
		const answers = await sendTwice(owner, '/account/organizations?/make', fields);
		expect(answers.map(({ status }) => status)).toEqual([303, 303]);
		expect(only(answers.map(({ headers }) => headers.get('location') ?? ''))).toBe('/second-team/logs');
		expect((await sql`SELECT 1 FROM organizations WHERE name = 'Second Team'`).count).toBe(1);
	});

	test('what was refused can be sent again', async () => {
		const { tenant, owner, base } = await owned();
		const { sql } = site.database;
		const sent = await tokenOf(owner, `${base}/keys`);
		const fields = { name: 'web', scopes: 'write', expires: 'never', sent };
		await sql`UPDATE organizations SET suspended_at = now() WHERE id = ${tenant.org.id}`;
		const refused = await sendTwice(owner, `${base}/keys?/make`, fields);
		expect(refused.map(({ status }) => status)).not.toContain(200);
		await sql`UPDATE organizations SET suspended_at = NULL WHERE id = ${tenant.org.id}`;
		const answers = await sendTwice(owner, `${base}/keys?/make`, fields);
		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
	});
});
