import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as audit from '../../src/lib/server/audit/audit.ts';
import * as auditExport from '../../src/lib/server/audit/export.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';
import { makeTenant } from '../support/people/tenants.ts';
import { ada, AuditScene, numbered } from '../support/people/audit-scene.ts';

let site: Site;
let sql: Sql;
let scene: AuditScene;
beforeAll(async () => {
	site = await startSite();
	sql = site.database.sql;
	scene = new AuditScene(sql);
});
afterAll(() => site.stop());

describe('a search', () => {
	test('takes turns with others: two statements at a time, five searches of an organization, and all else goes on', async () => {
		const [tenant, other] = [await site.tenant(), await site.tenant()];
		await scene.invite(tenant.org.id, 'bob@example.com');
		const owner = await tenant.signedIn();
		const page = `/${tenant.org.slug}/settings/audit?q=bob@`;
		const leaving = new AbortController();
		await transact(sql, async (transaction) => {
			await transaction`LOCK TABLE audit_events`;
			const six = Array.from({ length: 6 }, async () => {
				const response = await owner.fetch(page, { signal: leaving.signal });
				return [response.status, await response.text()];
			});
			expect(await Promise.race(six)).toEqual([200, expect.stringContaining('Too many audit searches')]);
			await expect.poll(() => scene.waiting('tailrace pages'), { interval: 5 }).toBe(2);
			const file = await owner.fetch(`/${tenant.org.slug}/settings/audit/export?q=bob@`);
			expect([file.status, file.headers.get('retry-after')]).toEqual([503, '1']);
			expect(await file.json()).toMatchObject({ detail: expect.stringContaining('Try again in a moment') });
			expect((await other.fetch('/api/logs')).status).toBe(200);
			leaving.abort();
			await Promise.allSettled(six);
		});
		await expect
			.poll(async () => (await owner.fetch(page)).text(), { interval: 20 })
			.toContain('bob@example.com');
	});
});

describe('an export', () => {
	const path = ({ org }: Tenant, query = '') => `/${org.slug}/settings/audit/export?${query}`;

	test('has all of 5,000 events once and in order, while no connection waits for its reader', async () => {
		const tenant = await site.tenant();
		await scene.fill(tenant.org.id, 5_000);
		const owner = await tenant.signedIn();
		const response = await owner.fetch(path(tenant, 'format=ndjson&action=invited'));
		expect(response.headers.get('content-type')).toBe('application/x-ndjson');
		const today = new Date().toISOString().slice(0, 10);
		expect(response.headers.get('content-disposition')).toBe(
			`attachment; filename="audit-${tenant.org.slug}-${today}.ndjson"`
		);
		const open = await sql`
			SELECT state FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'tailrace pages' AND state LIKE 'idle in%'`;
		expect(open).toHaveLength(0);
		const events = (await response.text())
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(events.map(({ target }) => target)).toEqual(numbered(5_000, 1));
		expect(events[0]).toEqual({
			id: expect.any(String),
			time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
			actor: ada.name,
			action: 'invited',
			target: 'number 5000',
			details: {},
			address: ada.address,
			actor_id: null
		});
	});

	test('has what the filter shows, and what anybody typed is no formula in it', async () => {
		const tenant = await site.tenant();
		const { id } = tenant.org;
		for (const target of [
			'=1+1',
			'+1',
			'-1',
			'@SUM(A1)',
			'\t=1',
			'\n=1',
			'\r=1',
			'＝1',
			'say "hello", world',
			'line\r\nbreak',
			'plain'
		])
			await scene.invite(id, target, { from: 'member', to: 'admin', scopes: ['a', 'b'] });
		await audit.record(sql, id, { ...ada, name: '=cmd()' }, { action: 'left' });
		const owner = await tenant.signedIn();
		const csv = await (await owner.fetch(path(tenant, 'format=csv&q=member'))).text();
		const cells = ["'＝1", '"\'\r=1"', '"\'\n=1"', "'\t=1", "'@SUM(A1)", "'-1", "'+1", "'=1+1"];
		const details = '"member → admin; scopes: a, b"';
		const line = (cell: string) => `,ada@example.com,invited,${cell},${details},192.0.2.7,\r\n`;
		const shown = ['plain', '"line\r\nbreak"', '"say ""hello"", world"', ...cells];
		expect(csv.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')).toBe(
			`time,actor,action,target,details,address,actor_id\r\n${shown.map(line).join('')}`
		);
		const all = await (await owner.fetch(path(tenant))).text();
		expect(all).toContain(",'=cmd(),left,,,192.0.2.7,\r\n");
	});

	test('is for those who may see the audit, and for their organization', async () => {
		const [tenant, other] = [await site.tenant(), await site.tenant()];
		const owner = await tenant.signedIn();
		const status = async (asked: Promise<Response>) => (await asked).status;
		expect(await status(owner.fetch(path(other)))).toBe(404);
		expect(await status(owner.fetch(path(tenant, 'format=xlsx')))).toBe(400);
		expect(await status(owner.fetch(path(tenant, 'before=1')))).toBe(400);
		expect(await status(owner.fetch('/admin/audit/export'))).toBe(404);
		const refused = await owner.fetch(path(tenant, 'from=yesterday'), { headers: { accept: 'text/html' } });
		expect([refused.status, refused.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
		expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('like 2026-11-21') });
		const noKey = await owner.fetch(`/${tenant.org.slug}/settings/keys/${randomUUID()}/last-request`);
		expect(await noKey.json()).toMatchObject({
			status: 404,
			detail: expect.stringContaining('Key not found')
		});
		await sql`UPDATE memberships SET role = 'member' WHERE org_id = ${tenant.org.id}`;
		expect(await status(owner.fetch(path(tenant)))).toBe(403);
		for (const address of [path(tenant, 'q=a'), '/admin/audit/export?format=csv']) {
			const stranger = await tenant.with({}).fetch(address, { redirect: 'manual' });
			expect([stranger.status, stranger.headers.get('location')]).toEqual([
				303,
				`/sign-in?next=${encodeURIComponent(address)}`
			]);
		}
	});

	test('of the instance says of which organization each event is', async () => {
		const tenant = await site.tenant();
		await sql`UPDATE users SET instance_admin = true WHERE id = ${tenant.made.userId}`;
		await scene.invite(tenant.org.id, 'bob');
		await scene.invite(null, 'nobody', { name: tenant.org.slug });
		const admin = await tenant.signedIn();
		const query = `/admin/audit/export?action=invited&q=${tenant.org.slug}`;
		const csv = await (await admin.fetch(query)).text();
		const rows = csv
			.trimEnd()
			.split('\r\n')
			.map((row) => row.split(',').slice(1));
		expect(rows).toEqual([
			['actor', 'action', 'target', 'details', 'address', 'actor_id', 'organization', 'organization_id'],
			['ada@example.com', 'invited', 'nobody', `name: ${tenant.org.slug}`, '192.0.2.7', '', '', ''],
			['ada@example.com', 'invited', 'bob', '', '192.0.2.7', '', tenant.org.slug, tenant.org.id]
		]);
		const ndjson = await (await admin.fetch(`${query}&format=ndjson`)).text();
		const events = ndjson
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(events.map(({ organization }) => organization)).toEqual([null, tenant.org.slug]);
		expect(events.map(({ organization_id: id }) => id)).toEqual([null, tenant.org.id]);
	});

	test('that is under way breaks off when its reader may see it no more, and nothing else does', async () => {
		const tenant = await site.tenant();
		await sql`
			INSERT INTO audit_events (id, org_id, actor, action, target)
			SELECT gen_random_uuid(), ${tenant.org.id}, 'ada', 'invited', repeat('x', 1000) FROM generate_series(1, 20000)`;
		const owner = await tenant.signedIn();
		const response = await owner.fetch(path(tenant, 'format=ndjson'));
		await sql`UPDATE memberships SET role = 'member' WHERE org_id = ${tenant.org.id}`;
		await expect(response.text()).rejects.toThrow();
		expect((await owner.fetch(`/${tenant.org.slug}/logs`)).status).toBe(200);
		expect(site.server.output()).not.toContain('was cut off');
	});

	test('that fails by a fault of ours is answered with a page that needs nothing else', async () => {
		const tenant = await site.tenant();
		const owner = await tenant.signedIn();
		await sql`ALTER TABLE memberships RENAME TO mislaid`;
		const failed = await owner.fetch(path(tenant), { headers: { accept: 'text/html' } });
		const page = await failed.text();
		await sql`ALTER TABLE mislaid RENAME TO memberships`;
		expect(failed.status).toBe(500);
		expect(page).toContain('<h1>Something went wrong on the server. Its log says what.</h1>');
		expect(page).toContain(
			'<title>Something went wrong on the server. Its log says what. · Tailrace</title>'
		);
		expect(page).not.toMatch(/<script|<link|src=|url\(|@import/);
	});

	test('ends where its reader is shown out', async () => {
		const { org } = await makeTenant(sql);
		await scene.fill(org, 1_500);
		let asked = 0;
		const goOn = async () => {
			if (++asked > 0) throw new Error('the access has ended');
		};
		const pieces = auditExport.write(scene.list.everyOf(org, {}), 'ndjson', { goOn });
		const { value } = await pieces.next();
		expect(
			new TextDecoder()
				.decode(value as Uint8Array)
				.trimEnd()
				.split('\n')
		).toHaveLength(1_000);
		await expect(pieces.next()).rejects.toThrow('the access has ended');
		expect((await pieces.next()).done).toBe(true);
	});
});
