import { randomUUID } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as audit from '../../src/lib/server/audit/audit.ts';
import * as auditExport from '../../src/lib/server/audit/export.ts';
import * as auditFilter from '../../src/lib/server/audit/filter.ts';
import type { Details } from '../../src/lib/server/audit/events.ts';
import { auditListOn } from '../support/people/accounts.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';
import { makeTenant } from '../support/people/tenants.ts';

let site: Site;
let sql: Sql;
let list: ReturnType<typeof auditListOn>;
beforeAll(async () => {
	site = await startSite();
	sql = site.database.sql;
	list = auditListOn(sql);
});
afterAll(() => site.stop());

const ada: audit.Actor = { id: null, name: 'ada@example.com', address: '192.0.2.7', userAgent: null };

/** An organization in which nothing has happened. */
async function emptyOrg(): Promise<string> {
	const org = randomUUID();
	await sql`INSERT INTO organizations (id, slug, name, retention_days) VALUES (${org}, ${`o-${org}`}, 'Empty', 30)`;
	return org;
}

const invite = (org: string | null, target: string, details: Details = {}, actor = ada) =>
	audit.record(sql, org, actor, { action: 'invited', target, details });

async function targets(org: string, wanted: auditFilter.AuditQuery): Promise<(string | null)[]> {
	return (await list.of(org, wanted)).events.map(({ target }) => target);
}

/** So many events, named by their numbers, the last the newest. */
async function fill(org: string, count: number): Promise<void> {
	for (let made = 0; made < count; made += 500) {
		const some = Array.from({ length: Math.min(500, count - made) }, (_, index) => made + index + 1);
		await transact(sql, async (transaction) => {
			await Promise.all(some.map((number) => audit.record(transaction, org, ada, invited(number))));
		});
	}
}

const invited = (number: number) => ({ action: 'invited', target: `number ${number}` }) as const;
const numbered = (from: number, to: number) =>
	Array.from({ length: from - to + 1 }, (_, index) => `number ${from - index}`);

describe('the table', () => {
	test('takes no change and no deletion within a year, whoever asks', async () => {
		const org = await emptyOrg();
		await invite(org, 'bob@example.com');
		const refused = { code: '23001', message: 'audit_events is append-only for a year' };
		await expect(sql`UPDATE audit_events SET actor = 'nobody' WHERE org_id = ${org}`).rejects.toMatchObject(
			refused
		);
		await expect(sql`DELETE FROM audit_events WHERE org_id = ${org}`).rejects.toMatchObject(refused);
		await expect(sql`TRUNCATE audit_events`).rejects.toMatchObject(refused);
		expect(await targets(org, {})).toEqual(['bob@example.com']);
	});

	test('forgets what is older than a year, and nothing younger', async () => {
		const org = await emptyOrg();
		for (const [target, age] of [
			['old', '1 year 1 hour'],
			['young', '1 year -1 hour']
		] as const) {
			await sql`
				INSERT INTO audit_events (id, org_id, at, actor, action, target)
				VALUES (${randomUUID()}, ${org}, now() - ${age}::text::interval, 'ada', 'invited', ${target})`;
		}
		await sql`UPDATE audit_events SET actor = 'eve' WHERE org_id = ${org} AND target = 'old'`.then(
			() => expect.fail('an old event was changed'),
			(error: unknown) => expect(error).toMatchObject({ code: '23001' })
		);
		expect(await audit.forgetOld(sql)).toBe(1);
		expect(await targets(org, {})).toEqual(['young']);
	});

	test('has no event of a transaction that was rolled back', async () => {
		const org = await emptyOrg();
		const broken = transact(sql, async (transaction) => {
			await audit.record(transaction, org, ada, { action: 'invited', target: 'bob' });
			await transaction`UPDATE organizations SET name = 'Changed' WHERE id = ${org}`;
			throw new Error('after both');
		});
		await expect(broken).rejects.toThrow('after both');
		expect(await targets(org, {})).toEqual([]);
	});
});

describe('the list', () => {
	test('is of one organization, the newest first, and goes on where it ended whatever happens meanwhile', async () => {
		const [org, other] = [await emptyOrg(), await emptyOrg()];
		await fill(org, 120);
		await invite(other, 'theirs');
		const first = await list.of(org, {});
		await invite(org, 'meanwhile');
		const second = await list.of(org, { before: first.next ?? undefined });
		const third = await list.of(org, { before: second.next ?? undefined });
		const all = [first, second, third].map(({ events }) => events.map(({ target }) => target));
		expect(all).toEqual([numbered(120, 71), numbered(70, 21), numbered(20, 1)]);
		expect(third.next).toBeNull();
		expect(await targets(other, { before: first.next ?? undefined })).toEqual([]);
	});

	test.each([
		['the actor', 'EVE'],
		['the action', 'invited eve@'],
		['the target', 'Ünal'],
		['the address', '2001:db8'],
		['a detail', 'viewer'],
		['the name of a detail', 'Role'],
		['an item of a detail', 'write'],
		['several fields at once', '  ünal\tviewer ']
	])('is searched in %s', async (_, q) => {
		const org = await emptyOrg();
		const eve = { ...ada, name: 'eve@example.com', address: '2001:db8::1' };
		await invite(org, 'another', { kind: 'none' });
		await invite(org, 'ünal@example.com', { role: 'viewer', scopes: ['read', 'write'] }, eve);
		expect(await targets(org, { q })).toEqual(['ünal@example.com']);
		expect(await targets(org, { q: `${q} absent` })).toEqual([]);
	});

	test('is searched for what was typed, with no character that means something else', async () => {
		const org = await emptyOrg();
		for (const target of ['100%', '100 or so', 'a_b', 'axb', 'back\\slash', '{"quoted"}'])
			await invite(org, target);
		expect(await targets(org, { q: '100%' })).toEqual(['100%']);
		expect(await targets(org, { q: 'a_b' })).toEqual(['a_b']);
		expect(await targets(org, { q: '\\' })).toEqual(['back\\slash']);
		expect(await targets(org, { q: '{"quoted"}' })).toEqual(['{"quoted"}']);
		expect(await targets(org, { q: "' OR true --" })).toEqual([]);
	});

	test('is searched in what details say, not in how they are stored', async () => {
		const org = await emptyOrg();
		await invite(org, 'quoted', {
			name: 'say "hello"',
			path: 'a\\b',
			before: null,
			hosts: ['a.example', 'b']
		});
		await invite(org, 'plain', { mailed: true, days: 30 });
		for (const q of ['{', '[', ':', ',', '"hello', '\\', 'null', '\\"', 'a.example,', 'NAME:'])
			expect([q, await targets(org, { q })]).toEqual([q, ['"hello', '\\'].includes(q) ? ['quoted'] : []]);
		for (const q of ['"HELLO"', 'a\\b', 'before', 'a.example b hosts', 'quoted say'])
			expect([q, await targets(org, { q })]).toEqual([q, ['quoted']]);
		for (const q of ['true', '30 mailed']) expect(await targets(org, { q })).toEqual(['plain']);
	});

	test('is narrowed to an action and to days, by the clock of the database', async () => {
		const org = await emptyOrg();
		const times = [
			'2026-11-19T23:59:59.999Z',
			'2026-11-20T00:00:00Z',
			'2026-11-20T23:59:59.999Z',
			'2026-11-21T00:00Z'
		];
		for (const time of times) {
			const id = uuid({ msecs: Date.parse(time) + 60_000 }); // made by an instance whose clock is ahead
			await sql`
				INSERT INTO audit_events (id, org_id, at, actor, action, target)
				VALUES (${id}, ${org}, ${time}, 'ada', 'joined', ${time})`;
		}
		await invite(org, 'bob');
		expect(await targets(org, { action: 'invited' })).toEqual(['bob']);
		const day = '2026-11-20';
		expect(await targets(org, { from: day, to: day })).toEqual([times[2], times[1]]);
		expect(await targets(org, { action: 'joined', from: day })).toEqual([times[3], times[2], times[1]]);
		expect(await targets(org, { to: '2026-11-19' })).toEqual([times[0]]);
	});

	test('of the instance has each event once, with its organization, also when that is no more', async () => {
		const people = openAccounts(sql);
		const { user, org } = await signUp(people, 'fay');
		const actor = { ...ada, id: user.id, name: user.email };
		await audit.recordOfAccount(sql, user.id, actor, { action: 'changed their password' });
		await invite(org.id, 'to fay & co', {}, actor);
		const find = async (q: string) =>
			(await list.ofInstance({ q })).events.map(({ action, org }) => [action, org]);
		const own = { slug: org.slug, name: org.name, isDeleted: false };
		expect(await find(user.email)).toEqual([
			['invited', own],
			['changed their password', null],
			['created an API key', own],
			['created the organization', own],
			['signed up', null]
		]);
		expect(await find(`${org.slug} invited`)).toEqual([['invited', own]]);
		const copies = await list.of(org.id, { action: 'changed their password' });
		expect(copies.events).toHaveLength(1);
		const deleted = await people.deletion.remove(org.id, actor, org.name);
		expect(deleted).toEqual({ ok: true });
		expect(await find(`${org.slug} invited ${user.email}`)).toEqual([
			['invited', { ...own, isDeleted: true }]
		]);
		const exported = await Array.fromAsync(list.everyOfInstance({ q: org.slug, action: 'invited' }));
		expect(exported.flat()).toMatchObject([{ orgId: org.id, actorId: user.id }]);
	});

	test.each([
		['q=%00', 'one line'],
		['q=a%0Ab', 'one line'],
		[`q=${'a'.repeat(201)}`, '200 characters'],
		[`q=${'a+'.repeat(21)}`, '20 words'],
		['action=ate', 'Unknown action'],
		['from=yesterday', 'like 2026-11-21'],
		['to=2026-02-30', 'like 2026-11-21'],
		['to=0000-01-01', 'like 2026-11-21'],
		['before=42', 'start at the first']
	])('cannot be asked for %s, and says what is wrong', (query, detail) => {
		const parsed = auditFilter.parse(new URLSearchParams(query));
		expect(parsed).toEqual({ ok: false, detail: expect.stringContaining(detail) });
	});

	test('takes an empty parameter for none', () => {
		const parsed = auditFilter.parse(new URLSearchParams('q=+&action=&from=&to=&other=1'));
		expect(parsed).toEqual({ ok: true, wanted: {} });
	});
});

describe('what concerns an account', () => {
	test('is in the list of each of its organizations, however many they are', async () => {
		const people = openAccounts(sql);
		const { user } = await signUp(people, 'gus');
		await sql`
			WITH many AS (
				INSERT INTO organizations (id, slug, name, retention_days)
				SELECT gen_random_uuid(), 'many-' || number, 'Many', 30 FROM generate_series(1, 7500) AS number RETURNING id
			)
			INSERT INTO memberships (org_id, user_id, role) SELECT id, ${user.id}, 'viewer' FROM many`;
		const signedIn = await people.signIn({ email: user.email, password }, from('192.0.2.8'));
		expect(signedIn.ok).toBe(true);
		const [events] = await sql`
			SELECT count(DISTINCT org_id) AS organizations, count(*) FILTER (WHERE NOT is_copy) AS own, count(DISTINCT id) AS all
			FROM audit_events WHERE actor_id = ${user.id} AND action = 'signed in' AND address = '192.0.2.8'`;
		expect(events).toEqual({ organizations: 7_501, own: 1, all: 7_502 });
	});
});

describe('a search', () => {
	/** Statements that wait for the table. */
	const waiting = async (application: string) => {
		const rows = await sql`
			SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = ${application}
				AND wait_event_type = 'Lock'`;
		return rows.length;
	};

	test('finds stretch by stretch what one look would find, and says how far it came when that takes long', async () => {
		const org = await emptyOrg();
		await fill(org, 120);
		const short = auditListOn(sql, { stride: 7, patience: 60_000 });
		for (const wanted of [{ q: 'number' }, { q: '12' }, { q: 'absent' }, { action: 'invited' }] as const) {
			expect(await short.of(org, wanted)).toEqual(await list.of(org, wanted));
			const every = await Array.fromAsync(short.everyOf(org, wanted));
			expect(every.flat()).toEqual((await Array.fromAsync(list.everyOf(org, wanted))).flat());
		}
		const hasty = auditListOn(sql, { stride: 50, patience: 0 });
		const come: unknown[] = [];
		let before: string | undefined;
		do {
			const { events, next, notice } = await hasty.of(org, { q: 'number 12', before });
			come.push([events.map(({ target }) => target), notice]);
			before = next ?? undefined;
		} while (before !== undefined);
		const far = expect.stringMatching(/has come to \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Continue with "Older"/);
		expect(come).toEqual([
			[['number 120', 'number 112'], far],
			[[], far],
			[['number 12'], null]
		]);
		const every = (await Array.fromAsync(hasty.everyOfInstance({ q: 'number' }))).flat();
		expect(every.filter(({ orgId }) => orgId === org)).toHaveLength(120);
	});

	test('ends with its client', async () => {
		const org = await emptyOrg();
		await fill(org, 100);
		const leaving = new AbortController();
		const { search } = await transact(sql, async (transaction) => {
			await transaction`LOCK TABLE audit_events`;
			const search = auditListOn(sql, { stride: 10, patience: 60_000 }).of(
				org,
				{ q: 'number' },
				leaving.signal
			);
			search.catch(() => {}); // whoever awaits it hears of it below
			await expect.poll(() => waiting('tailrace test'), { interval: 5 }).toBe(1);
			leaving.abort();
			return { search };
		});
		expect((await search).events.map(({ target }) => target)).toEqual(numbered(100, 91));
	});

	test('takes turns with others: two statements at a time, five searches of an organization, and all else goes on', async () => {
		const [tenant, other] = [await site.tenant(), await site.tenant()];
		await invite(tenant.org.id, 'bob@example.com');
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
			await expect.poll(() => waiting('tailrace pages'), { interval: 5 }).toBe(2);
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
		await fill(tenant.org.id, 5_000);
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
			await invite(id, target, { from: 'member', to: 'admin', scopes: ['a', 'b'] });
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
		await invite(tenant.org.id, 'bob');
		await invite(null, 'nobody', { name: tenant.org.slug });
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
		await fill(org, 1_500);
		let asked = 0;
		const goOn = async () => {
			if (++asked > 0) throw new Error('the access has ended');
		};
		const pieces = auditExport.write(list.everyOf(org, {}), 'ndjson', { goOn });
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
