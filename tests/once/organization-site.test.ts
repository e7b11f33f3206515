import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import { fill } from '../support/people/long-lists.ts';
import { locationOf, look, submit } from '../support/people/settings-pages.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { startSite, Tenant, type Site } from '../support/server/site.ts';

/** Two instances on one database, of which the second can be stopped and comes back with its data. */
let site: Site;
let second: Server;
let dataDir: string;
const startSecond = () => startServer({ dataDir, env: { DATABASE_URL: site.database.url } });

beforeAll(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'tailrace-second-'));
	site = await startSite();
	second = await startSecond();
});
afterAll(async () => {
	await second.stop();
	await site.stop();
	await rm(dataDir, { recursive: true });
});

/** The same tenant, asking the second instance. */
const there = (tenant: Tenant) => new Tenant(second.url, tenant.made);

describe('after the address was changed', () => {
	test('the old one leads to the new one, and what was open under it works on', async () => {
		const tenant = await site.tenant();
		const old = tenant.org.slug;
		const moved = `${old}-moved`;
		const owner = await tenant.signedIn();
		const deploy = await deploys.make(tenant);
		const stream = await owner.stream(`org=${old}`);
		const { last_seq } = await tenant.send('before');
		await stream.until((text) => text.includes('"before"'));

		expect(locationOf(await submit(tenant, 'address', { slug: moved }))).toEqual([
			303,
			`/${moved}/settings?moved`
		]);

		await tenant.send('after');
		expect(await stream.until((text) => text.includes('"after"'))).not.toContain('event: end');
		await stream.close();
		for (const asking of [owner, await there(tenant).signedIn(), tenant, there(tenant)]) {
			const again = await asking.stream(`org=${old}`, { 'last-event-id': String(last_seq) });
			expect(await again.until((text) => text.includes('"after"'))).not.toContain('"before"');
			await again.close();
		}
		const shown = await (await owner.fetch(`/api/deploys/${deploy.id}?org=${old}`)).json();
		expect(shown).toMatchObject({ page: `/${moved}/deploys/${deploy.id}` });

		const page = await owner.fetch(`/${old}/logs?q=level%3Aerror`, { redirect: 'manual' });
		expect(locationOf(page)).toEqual([307, `/${moved}/logs?q=level%3Aerror`]);
		const form = await submit(tenant, 'name', { name: 'X' }, old);
		expect(locationOf(form)).toEqual([307, `/${moved}/settings?/name`]);
		const encoded = old.replace(/^o/, '%6F');
		const byAnotherName = await owner.fetch(`/${encoded}/logs?q=%20a`, { redirect: 'manual' });
		expect(locationOf(byAnotherName)).toEqual([307, `/${moved}/logs?q=%20a`]);
	});

	test('a form that was open under the old one is carried out, also with JavaScript', async () => {
		const tenant = await site.tenant();
		const old = tenant.org.slug;
		await submit(tenant, 'address', { slug: `${old}-moved` });
		const byScript = { accept: 'application/json', 'x-sveltekit-action': 'true' };
		const answer = await submit(tenant, 'name', { name: 'Moved and named' }, old, byScript);
		expect(await answer.json()).toMatchObject({ type: 'success', status: 200 });
		const [named] = await site.database.sql`SELECT name FROM organizations WHERE id = ${tenant.org.id}`;
		expect(named?.name).toBe('Moved and named');
	});

	test('the old one leads nobody else anywhere', async () => {
		const [tenant, other] = [await site.tenant(), await site.tenant()];
		const old = tenant.org.slug;
		await submit(tenant, 'address', { slug: `${old}-moved` });
		for (const asking of [other, await other.signedIn()]) {
			expect((await asking.fetch(`/api/logs?org=${old}`)).status).toBe(404);
		}
		const page = await (await other.signedIn()).fetch(`/${old}/logs`, { redirect: 'manual' });
		expect(page.status).toBe(404);
	});
});

test('the menus of somebody who belongs to very many organizations have fifty of them', async () => {
	const tenant = await site.tenant();
	await site.database.sql`
		WITH made AS (
			INSERT INTO organizations (id, slug, name, retention_days)
			SELECT gen_random_uuid(), ${`many-${tenant.org.slug}-`} || n, 'Many', 30 FROM generate_series(1, 60) AS n
			RETURNING id)
		INSERT INTO memberships (org_id, user_id, role) SELECT id, ${tenant.made.userId}, 'viewer' FROM made`;
	const data = await (await tenant.signedIn()).fetch(`/${tenant.org.slug}/logs/__data.json`);
	expect((await data.text()).match(/"many-/g)).toHaveLength(50);
});

describe('an organization of thousands', () => {
	test('is shown in pages, of no more than fifty rows each, and small', async () => {
		const tenant = await site.tenant();
		await fill(site.database.sql, tenant.org.id, { members: 3_000, invitations: 70, keys: 3_000 });
		const members = await look(tenant, '/members?q=somebody-&page=60');
		expect(members).toMatchObject({ rows: [50], places: ['page 60 of 60'] });
		expect(await look(tenant, '/members?invitations=2')).toMatchObject({
			rows: [50, 20],
			places: ['page 1 of 61', 'page 2 of 2']
		});
		const keys = await look(tenant, '/keys?page=2');
		expect(keys).toMatchObject({ rows: [50], places: ['page 2 of 61'] });
		const settings = await look(tenant, '');
		expect(settings.text.match(/<option/g)).toHaveLength(20);
		for (const { text } of [members, keys, settings]) expect(text.length).toBeLessThan(300_000);
	});

	test('stays where its reader was, whatever they do', async () => {
		const tenant = await site.tenant();
		const { sql } = site.database;
		await fill(sql, tenant.org.id, { members: 120, invitations: 60, keys: 60 });
		const [member] = await sql`SELECT id FROM users WHERE email = ${`somebody-77@${tenant.org.id}.example`}`;
		const [invitation] = await sql`SELECT id FROM invitations WHERE org_id = ${tenant.org.id} LIMIT 1`;
		const [key] = await sql`SELECT id FROM api_keys WHERE org_id = ${tenant.org.id} LIMIT 1`;
		const at = '&page=2&invitations=2';
		const changed = await look(tenant, `/members?/role${at}`, { member: member?.id, role: 'viewer' });
		expect(changed).toMatchObject({ rows: [50, 10], places: ['page 2 of 3', 'page 2 of 2'] });
		expect(changed.text).toContain('Changed.');
		const actions = [...changed.text.matchAll(/action="(\?[^"]+)"/g)].map(([, action]) => action);
		expect(new Set(actions)).toEqual(
			new Set(['role', 'remove', 'invite', 'revoke'].map((name) => `?/${name}${at.replaceAll('&', '&amp;')}`))
		);
		const removed = await look(tenant, `/members?/remove&q=somebody-${at}`, { member: member?.id });
		expect(removed).toMatchObject({ rows: [50], places: ['page 2 of 3'] });
		const revoked = await look(tenant, `/members?/revoke${at}`, { invitation: invitation?.id });
		expect(revoked).toMatchObject({ rows: [50, 9], places: ['page 2 of 3', 'page 2 of 2'] });
		const withoutKey = await look(tenant, '/keys?/revoke&page=2', { id: key?.id });
		expect(withoutKey).toMatchObject({ rows: [10], places: ['page 2 of 2'] });
		expect((await look(tenant, '/keys?q=key+60')).rows).toEqual([1]);
	});

	test('is not paged or searched as long as it is small', async () => {
		const tenant = await site.tenant();
		for (const path of ['/members', '/keys'])
			expect((await look(tenant, path)).text).not.toMatch(/role="search"|Pages of (members|keys)/);
		expect((await look(tenant, '/members?q=nobody')).text).toMatch(
			/role="search".*0 members.*No invitations match/s
		);
	});
});

describe('deleting an organization', () => {
	const remove = (tenant: Tenant) => submit(tenant, 'delete', { organization: tenant.org.slug });
	const deleted = 'The organization was deleted.';

	test('ends its streams at once on every instance, and says why', async () => {
		const [tenant, other] = [await site.tenant(), await site.tenant()];
		const deploy = await deploys.make(tenant);
		const streams = [
			await tenant.stream(),
			await there(tenant).stream(),
			await (await tenant.signedIn()).stream(`org=${tenant.org.slug}`),
			await (await there(tenant).signedIn()).stream(`org=${tenant.org.slug}`),
			await deploy.stream(),
			await deploys.listStream(tenant),
			await deploys.listStream(there(tenant))
		];
		const kept = await other.stream();

		expect(locationOf(await remove(tenant))).toEqual([303, '/']);
		const gone = performance.now();
		for (const stream of streams) {
			expect(await stream.rest()).toContain(
				`event: end\ndata: ${JSON.stringify({ reason: 'access removed', detail: deleted })}\n\n`
			);
		}
		expect(performance.now() - gone).toBeLessThan(1_000);

		await other.send('still here');
		expect(await kept.until((text) => text.includes('"still here"'))).not.toContain('event: end');
		await kept.close();
		for (const asking of [tenant, there(tenant)]) {
			expect((await asking.post('too late')).status).toBe(401);
			const owner = await asking.signedIn();
			expect((await owner.fetch(`/api/logs?org=${tenant.org.slug}`)).status).toBe(404);
			expect((await owner.fetch(`/${tenant.org.slug}/logs`)).status).toBe(404);
		}
		expect((await remove(tenant)).status).toBe(404);
	});

	test('with another name, or by an admin, deletes nothing', async () => {
		const tenant = await site.tenant();
		const refused = await submit(tenant, 'delete', { organization: 'another' });
		expect(refused.status).toBe(400);
		expect(await refused.text()).toContain('That is not its name');
		await site.database.sql`
			UPDATE memberships SET role = 'admin' WHERE org_id = ${tenant.org.id}`;
		expect((await remove(tenant)).status).toBe(403);
		await tenant.send('still here');
	});

	test('takes its lines and its deploys along, whichever server they were sent to', async () => {
		const [tenant, other] = [await site.tenant(), await site.tenant()];
		const [kept, mine] = [await deploys.make(other), await deploys.make(tenant)];
		await kept.write('stays\n');
		await mine.write('goes\n');
		const theirs = await deploys.make(there(tenant));
		await theirs.write('goes, too\n');
		await tenant.send('one', 'two');

		const statuses: number[] = [];
		const cli = (async () => {
			for (let status = 204; status === 204; statuses.push(status))
				({ status } = await mine.append('more\n'));
		})();
		await remove(tenant);
		await cli;
		expect([401, 404]).toContain(statuses.at(-1));

		const { sql } = site.database;
		const purged = async () => {
			const [row] = await sql`
				SELECT purged_at, (SELECT count(*) FROM log_chunks WHERE org_id = ${tenant.org.id}) AS chunks
				FROM deleted_organizations WHERE id = ${tenant.org.id}`;
			return row;
		};
		await expect.poll(purged).toEqual({ purged_at: expect.any(Date), chunks: 0 });
		const deploysOf = async (org: string) =>
			(
				await sql`
					SELECT id FROM deploys WHERE org_id = ${org}
					UNION SELECT deploy_id FROM deploy_chunks WHERE org_id = ${org}`
			).count;
		await expect.poll(() => deploysOf(tenant.org.id)).toBe(0);
		expect(await deploysOf(other.org.id)).toBe(1);
		expect(String(await kept.bytes())).toBe('stays\n');
		expect(site.server.output(), 'what the server complained about').not.toContain('"level"');
	});
});
