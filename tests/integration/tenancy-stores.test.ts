import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Accounts } from '../../src/lib/server/accounts/accounts.ts';
import * as keys from '../../src/lib/server/accounts/keys/keys.ts';
import * as organizations from '../../src/lib/server/accounts/organizations/organizations.ts';
import { Deploys } from '../../src/lib/server/deploys/deploys.ts';
import { logOverview } from '../../src/lib/server/logs/overview.ts';
import { logSearch } from '../../src/lib/server/logs/search.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { usageOf } from '../../src/lib/server/logs/usage.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { open, type Sqlite } from '../../src/lib/server/sqlite/connect.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { migrations, web } from '../support/deploy-scene.ts';
import { line } from '../support/lines.ts';
import { firstPage, from, openAccounts, signUp } from '../support/people.ts';

/** Everything that reads or changes what an organization has, as routes reach it. */
interface Stores {
	accounts: Accounts;
	logs: ReturnType<typeof logStore>;
	search: ReturnType<typeof logSearch>;
	overview: ReturnType<typeof logOverview>;
	deploys: Deploys;
}

/** An organization that has one of everything, and its owner. */
interface Tenant {
	org: string;
	slug: string;
	name: string;
	owner: { id: string; name: string; address: string; userAgent: null };
	sessionId: string;
	memberId: string;
	keyId: string;
	invitationId: string;
	deployId: string;
}

const folder = mkdtempSync(join(tmpdir(), 'tailrace-tenancy-'));
let database: TestDatabase;
let sqlite: Sqlite;
let stores: Stores;
let mine: Tenant;
let theirs: Tenant;

beforeAll(async () => {
	database = await testDatabase();
	sqlite = open(folder, migrations);
	const { sql } = database;
	const logs = logStore(sql);
	const quiet = { onflushed() {}, onchanged() {}, onfailed: (error: unknown) => expect(error).toBeNull() };
	const deploys = new Deploys({ sqlite, flushMs: 1, leaseMs: 600_000, stdout: null, ...quiet });
	stores = {
		accounts: openAccounts(sql),
		logs,
		search: logSearch(logs),
		overview: logOverview(sql),
		deploys
	};
	mine = await makeTenant('mine');
	theirs = await makeTenant('theirs');
});
afterAll(async () => {
	await stores.accounts.close();
	await stores.deploys.close();
	sqlite.close();
	await database.drop();
	rmSync(folder, { recursive: true });
});

async function makeTenant(name: string): Promise<Tenant> {
	const { accounts, logs, deploys } = stores;
	const { user, org, session } = await signUp(accounts, name);
	const owner = {
		...from('192.0.2.1'),
		id: user.id,
		name: user.email,
		userAgent: null,
		address: '192.0.2.1'
	};
	const found = await accounts.sessions.validate(session.token, from('192.0.2.1'));
	const member = (await signUp(accounts, `member-of-${name}`)).user;
	await organizations.join(database.sql, org.id, member.id, 'member');
	const { id: keyId } = await keys.create(database.sql, org.id, owner, {
		name: `key of ${name}`,
		scopes: ['read']
	});
	const invitation = { email: `guest@${name}.example`, role: 'viewer' } as const;
	await accounts.invitations.create(org.id, owner, invitation, 'http://localhost');
	const [pending] = (await accounts.invitations.list(org.id, firstPage)).items;
	await transact(database.sql, (transaction) => logs.append(org.id, [line(`line of ${name}`)], transaction));
	const { id: deployId } = deploys.create(org.id, web);
	await deploys.append(org.id, deployId, null, Buffer.from(`log of ${name}\n`));
	return {
		org: org.id,
		slug: org.slug,
		name: org.name,
		owner,
		sessionId: found?.session.id ?? '',
		memberId: member.id,
		keyId,
		invitationId: pending?.id ?? '',
		deployId
	};
}

const asked = {};
const always = { service: 'default', severity: 1, from: new Date(0), to: new Date('2100-01-01') };

/** What the other organization has, as text to compare. */
async function stateOfTheirs(): Promise<string> {
	const { sql } = database;
	const { org, deployId, owner } = theirs;
	const rows = await Promise.all([
		sql`SELECT * FROM organizations WHERE id = ${org}`,
		sql`SELECT * FROM memberships WHERE org_id = ${org} ORDER BY user_id`,
		sql`SELECT * FROM invitations WHERE org_id = ${org} ORDER BY id`,
		sql`SELECT * FROM api_keys WHERE org_id = ${org} ORDER BY id`,
		sql`SELECT * FROM audit_events WHERE org_id = ${org} ORDER BY id`,
		sql`SELECT * FROM logs WHERE org_id = ${org} ORDER BY seq`,
		sql`SELECT * FROM sessions WHERE user_id = ${owner.id} ORDER BY id`,
		sql`SELECT * FROM users WHERE id = ${owner.id}`
	]);
	const bytes = [...stores.deploys.bytes(org, deployId, { from: 0, to: Infinity })].map(String);
	return JSON.stringify([rows, stores.deploys.get(org, deployId)?.status, bytes]);
}

/** With my organization's id and their things; what ends in "of theirs" with their organization's id, by me. */
function callsOf({ accounts, logs, search, overview, deploys }: Stores): Record<string, () => unknown> {
	const { keys, organizations, settings, ownership, deletion, members, invitations } = accounts;
	const wanted = { matches: () => true, limit: 100 };
	const all = { from: 0, to: Infinity };
	const new_ = { email: 'guest@example.com', role: 'viewer' } as const;
	const theirSession = { kind: 'session', sessionId: theirs.sessionId, userId: theirs.owner.id } as const;
	return {
		'keys.list': () => keys.list(mine.org, firstPage),
		'keys.get': () => keys.get(mine.org, theirs.keyId),
		'keys.watch': () => keys.watch(mine.org, theirs.keyId),
		'keys.make of theirs': () => keys.make(theirs.org, mine.owner, { name: 'mine', scopes: ['read'] }),
		'keys.revoke of theirs': () => keys.revoke(theirs.org, mine.owner, theirs.keyId),
		'keys.revoke': () => keys.revoke(mine.org, mine.owner, theirs.keyId),
		'organizations.membership': () => organizations.membership(mine.owner.id, theirs.slug),
		'organizations.ofUser': () => organizations.ofUser(mine.owner.id),
		'organizations.isAddressOf': () => organizations.isAddressOf(mine.org, theirs.slug),
		'organizations.remember': () => organizations.remember(mine.owner.id, theirs.org),
		'organizations.lastOf': () => organizations.lastOf(mine.owner.id),
		'settings.rename of theirs': () => settings.rename(theirs.org, mine.owner, 'Mine'),
		'settings.keepFor of theirs': () => settings.keepFor(theirs.org, mine.owner, 1),
		'settings.move of theirs': () => settings.move(theirs.org, mine.owner, 'mine-too'),
		'settings.move': () => settings.move(mine.org, mine.owner, theirs.slug),
		'ownership.heirs': () => ownership.heirs(mine.org),
		'ownership.transfer': () => ownership.transfer(mine.org, mine.owner, 'member-of-theirs@example.com'),
		'ownership.transfer of theirs': () => ownership.transfer(theirs.org, mine.owner, mine.owner.name),
		'deletion.remove of theirs': () => deletion.remove(theirs.org, mine.owner, theirs.name),
		'members.list': () => members.list(mine.org, firstPage),
		'members.ownedAlone': () => members.ownedAlone(mine.owner.id),
		'members.changeRole': () => members.changeRole(mine.org, mine.owner, theirs.memberId, 'viewer'),
		'members.changeRole of theirs': () =>
			members.changeRole(theirs.org, mine.owner, theirs.memberId, 'viewer'),
		'members.remove': () => members.remove(mine.org, mine.owner, theirs.memberId),
		'members.remove of theirs': () => members.remove(theirs.org, mine.owner, theirs.memberId),
		'members.leave of theirs': () => members.leave(theirs.org, mine.owner),
		'invitations.list': () => invitations.list(mine.org, firstPage),
		'invitations.create of theirs': () =>
			invitations.create(theirs.org, mine.owner, new_, 'http://localhost'),
		'invitations.revoke': () => invitations.revoke(mine.org, mine.owner, theirs.invitationId),
		'invitations.revoke of theirs': () => invitations.revoke(theirs.org, mine.owner, theirs.invitationId),
		'auditList.of': () => accounts.auditList.of(mine.org, asked),
		'auditList.everyOf': () => Array.fromAsync(accounts.auditList.everyOf(mine.org, asked)),
		'auditList.refusalOf': async () => accounts.auditList.refusalOf(mine.org, { q: theirs.org }),
		'access.findRevoked': async () => [
			...(await accounts.access.findRevoked(mine.org, [theirSession])).values()
		],
		'access.findAllRevoked': async () => {
			const all = await accounts.access.findAllRevoked(new Map([[mine.org, [theirSession]]]));
			return [...all].map(([org, losses]) => [org === mine.org, ...losses.values()]);
		},
		'account.endSession': () => accounts.account.endSession(theirs.sessionId, mine.owner),
		'sessions.list': () => accounts.sessions.list(mine.owner.id),
		'sessions.endById': () => accounts.sessions.endById(mine.owner.id, theirs.sessionId),

		'logs.head': () => logs.head(mine.org),
		'logs.heads': async () => [...(await logs.heads([mine.org])).keys()],
		'logs.after': () => logs.after(mine.org, 0, 100),
		'logs.before': () => logs.before(mine.org, 100, 100),
		'search.backward': () => search.backward(mine.org, { ...wanted, before: 100 }),
		'search.forward': () => search.forward(mine.org, { ...wanted, after: 0 }),
		'overview.services': () => overview.services(mine.org),
		'overview.firstSince': () => overview.firstSince(mine.org, '1970-01-01T00:00:00Z'),
		'overview.tally': () => overview.tally(mine.org, always),
		'usage.of': async () => [...(await usageOf(database.sql, [mine.org])).keys()],

		'deploys.get': () => deploys.get(mine.org, theirs.deployId),
		'deploys.list': () => deploys.list(mine.org, { limit: 100 }),
		'deploys.namesOf': () => deploys.namesOf(mine.org),
		'deploys.usageOf': () => [...deploys.usageOf([mine.org]).keys()],
		'deploys.positionOf': () => deploys.positionOf(mine.org, theirs.deployId),
		'deploys.append': () => deploys.append(mine.org, theirs.deployId, null, Buffer.from('x')),
		'deploys.finish': () => deploys.finish(mine.org, theirs.deployId, { status: 'failed', exitCode: 1 }),
		'deploys.bytes': () => [...deploys.bytes(mine.org, theirs.deployId, all)].map(String),
		'deploys.lines': () => deploys.lines(mine.org, theirs.deployId, 1, 10),
		'deploys.startOf': () => deploys.startOf(mine.org, theirs.deployId, 1),
		'deploys.tailOf': () => deploys.tailOf(mine.org, theirs.deployId),
		'deploys.search': () => deploys.search(mine.org, theirs.deployId, { text: 'log' }),
		'deploys.source': () => deploys.source(mine.org, theirs.deployId).head(),
		'deploys.removeOf': () => deploys.removeOf('01900000-0000-7000-8000-000000000000')
	};
}

/** What a call gives whose answer would not name whose it is. */
const exactly: Record<string, unknown> = {
	'organizations.isAddressOf': false,
	'account.endSession': false,
	'sessions.endById': false,
	'logs.head': 1,
	'overview.firstSince': 1,
	'deploys.positionOf': null,
	'deploys.append': { kind: 'none' },
	'deploys.finish': { kind: 'none' },
	'deploys.startOf': null,
	'deploys.tailOf': null,
	'deploys.source': 0
};

/**
 * What takes no organization of the caller's: it is about accounts, links or the instance, belongs to whoever put the parts
 * together, or does to an organization what its route was authorized for (the matrix asks the routes).
 */
const others = new Set(
	`sessions.create sessions.validate sessions.ofRequest sessions.end sessions.endAll sessions.forgetOld
	account.changeName account.changePassword account.changeEmail account.findNewEmail account.confirmEmail
	account.endOtherSessions passwordReset.ask passwordReset.find passwordReset.use keys.identify keys.used
	newOrganizations.mayMake newOrganizations.make deletion.among
	invitations.find invitations.join invitations.signUp users.anyExists access.expiryOf auditList.ofInstance auditList.refusalOfInstance
	auditList.everyOfInstance administration.isAdmin administration.suspendOrganization administration.restoreOrganization
	administration.suspendUser administration.restoreUser administration.grantAdmin administration.withdrawAdmin
	administration.organizations administration.users signUpByMail.isOn signUpByMail.ask
	signUpByMail.find signUpByMail.confirm signUp signUpIsOpen signIn signOut forgetOld close
	logs.append deploys.create deploys.isFull deploys.organizations deploys.idle deploys.close`.split(/\s+/)
);

/** The names of all functions of an object, and of the objects in it. */
function functionsIn(object: object, path = ''): string[] {
	const own = Object.entries(object);
	const inherited = Object.getOwnPropertyNames(Object.getPrototypeOf(object) ?? {});
	const methods = Object.getPrototypeOf(object) === Object.prototype ? [] : inherited;
	return [
		...methods.filter((name) => name !== 'constructor').map((name) => path + name),
		...own.flatMap(([name, value]: [string, unknown]) => {
			if (typeof value === 'function') return [path + name];
			return typeof value === 'object' && value !== null ? functionsIn(value, `${path}${name}.`) : [];
		})
	];
}

test('every function there is stands here', () => {
	const { accounts, ...rest } = stores;
	const all = [...functionsIn(accounts), ...functionsIn(rest), 'usage.of'];
	const tried = Object.keys(callsOf(stores)).map((name) => name.replace(/ of theirs$/, ''));
	expect([...new Set([...tried, ...others])].sort()).toEqual([...new Set(all)].sort());
});

test('with another organization’s id each finds and changes nothing', async () => {
	const { org, slug, name, owner, memberId, keyId, invitationId, deployId } = theirs;
	const secrets = [
		org,
		slug,
		name,
		owner.id,
		owner.name,
		memberId,
		keyId,
		invitationId,
		deployId,
		'of theirs'
	];
	for (const [call, run] of Object.entries(callsOf(stores))) {
		const before = await stateOfTheirs();
		const result = await run();
		const text = JSON.stringify(result) ?? '';
		// What was asked for may be named in a refusal.
		const isRefusal = typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
		if (!isRefusal)
			expect(
				secrets.filter((secret) => text.includes(secret)),
				`what ${call} found`
			).toEqual([]);
		if (/ of theirs$|transfer|changeRole|remove$|revoke$|move$/.test(call) && !(call in exactly))
			expect(isRefusal, `${call} is refused`).toBe(true);
		if (call in exactly) expect(result, call).toEqual(exactly[call]);
		expect(await stateOfTheirs(), `what ${call} changed`).toBe(before);
	}
});
