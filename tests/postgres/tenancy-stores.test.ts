import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogUsage } from '../../src/lib/server/logs/usage.ts';
import { asking } from '../support/logs/searching.ts';
import { firstPage } from '../support/people/people.ts';
import { TenancyScene, type Stores, type Tenant } from '../support/tenancy/tenancy-scene.ts';

let scene: TenancyScene;
let mine: Tenant;
let theirs: Tenant;
beforeAll(async () => {
	scene = await TenancyScene.make();
	({ mine, theirs } = scene);
});
afterAll(() => scene.end());

const asked = {};

/** With my organization's id and their things; what ends in "of theirs" with their organization's id, by me. */
function callsOf({
	accounts,
	logs,
	search,
	overview,
	usageOf,
	deploys
}: Stores): Record<string, () => unknown> {
	const { keys, organizations, settings, deployRetention, textReading } = accounts;
	const { ownership, deletion, members, invitations } = accounts;
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
		'organizations.find': () => organizations.find(mine.owner.id, theirs.slug),
		'organizations.ofUser': () => organizations.ofUser(mine.owner.id),
		'organizations.isAddressOf': () => organizations.isAddressOf(mine.org, theirs.slug),
		'organizations.remember': () => organizations.remember(mine.owner.id, theirs.org),
		'organizations.lastOf': () => organizations.lastOf(mine.owner.id),
		'settings.rename of theirs': () => settings.rename(theirs.org, mine.owner, 'Mine'),
		'settings.keepFor of theirs': () => settings.keepFor(theirs.org, mine.owner, 1),
		'settings.move of theirs': () => settings.move(theirs.org, mine.owner, 'mine-too'),
		'settings.move': () => settings.move(mine.org, mine.owner, theirs.slug),
		'deployRetention.get': () => deployRetention.get(mine.org),
		'deployRetention.among': async () => [...(await deployRetention.among([mine.org]))],
		'deployRetention.set of theirs': () => deployRetention.set(theirs.org, mine.owner, { days: 1, kept: 1 }),
		'textReading.get': () => textReading.get(mine.org),
		'textReading.set of theirs': () => textReading.set(theirs.org, mine.owner, false),
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
		'logs.heads': async () => [...(await logs.heads([mine.org]))],
		'logs.after': () => logs.after(mine.org, 0, 100),
		'logs.before': () => logs.before(mine.org, 100, 100),
		'search.find': async () => found(await search.find(asking(mine.org))),
		'search.run': async () => found((await Array.fromAsync(search.run(asking(mine.org)))).at(-1)),
		'overview.services': () => overview.services(mine.org),
		'overview.firstDay': async () => (await overview.firstDay(mine.org)) <= Date.now(),
		'overview.firstSince': () => overview.firstSince(mine.org, theirs.lineAt.toISOString()),
		usageOf: async () => [...(await usageOf([mine.org]))].map(withDaysAdded),

		'deploys.get': () => deploys.get(mine.org, theirs.deployId),
		'deploys.list': () => deploys.list(mine.org, { limit: 100 }),
		'deploys.namesOf': () => deploys.namesOf(mine.org),
		'deploys.usageOf': async () => [...(await deploys.usageOf([mine.org]))],
		'deploys.positionOf': () => deploys.positionOf(mine.org, theirs.deployId),
		'deploys.append': () => deploys.append(mine.org, theirs.deployId, null, Buffer.from('x')),
		'deploys.finish': () => deploys.finish(mine.org, theirs.deployId, { status: 'failed', exitCode: 1 }),
		'deploys.bytes': async () =>
			(await Array.fromAsync(deploys.bytes(mine.org, theirs.deployId, all))).map(String),
		'deploys.lines': () => deploys.lines(mine.org, theirs.deployId, 1, 10),
		'deploys.rows': () => deploys.rows(mine.org, theirs.deployId, 1, 10),
		'deploys.lastRows': () => deploys.lastRows(mine.org, theirs.deployId, 10),
		'deploys.startOf': () => deploys.startOf(mine.org, theirs.deployId, 1),
		'deploys.tailOf': () => deploys.tailOf(mine.org, theirs.deployId),
		'deploys.search': () => deploys.search(mine.org, theirs.deployId, { text: 'log' }),
		'deploys.source': () => deploys.source(mine.org, theirs.deployId).head(),
		'deploys.removeOld': () => deploys.removeOld(mine.org, { since: 0, newest: 1 }),
		'deploys.removeOf': () => deploys.removeOf('01900000-0000-7000-8000-000000000000')
	};
}

/** What a search says of lines, without how far it came. */
function found(event: { lines?: { json: string }[]; matched?: number } | undefined) {
	return { lines: event?.lines?.map(({ json }) => JSON.parse(json) as unknown), matched: event?.matched };
}

/** So that a midnight between a line and the question does not matter. */
function withDaysAdded([org, { linesYesterday, linesToday, ...usage }]: [string, LogUsage]) {
	return [org, { ...usage, ofTwoDays: linesYesterday + linesToday }];
}

/** What a call gives whose answer would not name whose it is: of numbers, those of what I have. */
const exactly = (): Record<string, unknown> => ({
	'organizations.isAddressOf': false,
	'account.endSession': false,
	'sessions.endById': false,
	'logs.head': 4,
	'logs.heads': [[mine.org, 4]],
	'overview.services': ['default', 'service of mine'],
	'overview.firstDay': true,
	'overview.firstSince': 5,
	// One chunk of two lines: 140 bytes around it, 61 of services, 167 of JSON.
	usageOf: [[mine.org, { lines: 2, bytes: 368, lastLineAt: mine.lineAt, ofTwoDays: 2 }]],
	'deploys.namesOf': { services: ['service of mine'], environments: ['environment of mine'] },
	'deploys.usageOf': [[mine.org, { bytes: 12, lastAppendAt: mine.appendAt }]],
	'deploys.positionOf': null,
	'deploys.append': { kind: 'none' },
	'deploys.finish': { kind: 'none' },
	'deploys.rows': { rows: [], end: true },
	'deploys.lastRows': {
		rows: [],
		cursor: 0,
		screen: { hidden: [null], up: 0, column: 0, pen: [], pending: '' }
	},
	'deploys.startOf': null,
	'deploys.tailOf': null,
	'deploys.source': 0,
	'deployRetention.get': { days: 365, kept: 10 },
	'textReading.get': true,
	'deploys.removeOld': 0
});

/**
 * What takes no organization of the caller's: it is about accounts, links or the instance, belongs to whoever put the parts
 * together, or does to an organization what its route was authorized for (the matrix asks the routes).
 */
const others = new Set(
	`sessions.create sessions.validate sessions.ofRequest sessions.end sessions.endAll sessions.forgetOld
	account.changeName account.changePassword account.changeEmail account.findNewEmail account.confirmEmail
	account.endOtherSessions passwordReset.ask passwordReset.find passwordReset.use keys.identify keys.used
	administration.lockAdmins organizations.findBySlug invitations.forgetOld deploys.start deploys.mergeLeft
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
	const { accounts, ...rest } = scene.stores;
	const all = [...functionsIn(accounts), ...functionsIn(rest)];
	const tried = Object.keys(callsOf(scene.stores)).map((name) => name.replace(/ of theirs$/, ''));
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
	const expected = exactly();
	const before = await scene.stateOfTheirs();
	for (const [call, run] of Object.entries(callsOf(scene.stores))) {
		const result = await run();
		const text = JSON.stringify(result) ?? '';
		// What was asked for may be named in a refusal.
		const isRefusal = typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
		if (!isRefusal)
			expect(
				secrets.filter((secret) => text.includes(secret)),
				`what ${call} found`
			).toEqual([]);
		if (/ of theirs$|transfer|changeRole|remove$|revoke$|move$/.test(call) && !(call in expected))
			expect(isRefusal, `${call} is refused`).toBe(true);
		if (call in expected) expect(result, call).toEqual(expected[call]);
		expect(await scene.stateOfTheirs(), `what ${call} changed`).toBe(before);
	}
});
