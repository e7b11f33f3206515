import { randomBytes, randomUUID } from 'node:crypto';
import { operator } from '../../src/lib/server/accounts/audit/audit.ts';
import { digest } from '../../src/lib/server/accounts/digest.ts';
import * as emailTokens from '../../src/lib/server/accounts/mail/tokens.ts';
import * as keys from '../../src/lib/server/accounts/keys/keys.ts';
import { passwords } from '../../src/lib/server/accounts/users/passwords.ts';
import { sessions } from '../../src/lib/server/accounts/sessions/sessions.ts';
import type { EmailTokenPurpose, Role, Scope } from '../../src/lib/server/postgres/schema.ts';
import * as deploys from './deploys.ts';
import { password } from './people.ts';
import { Tenant, type Site } from './site.ts';

/** Who asks: the columns of the matrix. */
export const askers = [
	'nobody',
	'outsider',
	'viewer',
	'member',
	'admin',
	'owner',
	'read key',
	'write key',
	'instance admin'
] as const;
export type Asker = (typeof askers)[number];

interface Person {
	id: string;
	email: string;
	cookie: string;
	sessionId: string;
}

/** An organization with somebody of every role, and one of everything that can be asked for. */
export interface Scene {
	org: { id: string; slug: string; name: string };
	people: Record<Role | 'outsider' | 'instance admin' | 'second member', Person>;
	headers: Record<Asker, Record<string, string>>;
	deployId: string;
	keyId: string;
	/** Pending, for the outsider. */
	invitation: { id: string; token: string };
	/** Of links that were mailed: to the second member, to the member, and to somebody without an account. */
	tokens: { reset: string; email: string; signUp: string };
	/** What is there of the organization, as text to compare. */
	state(): Promise<string>;
}

let hashed: Promise<string> | null = null;
/** One hash for everybody, because each costs 19 MiB and some 20 ms. */
const passwordHash = () => (hashed ??= passwords().hash(password));

/** With a deploy only if it is needed, for that takes a flush. */
export async function makeScene(site: Site, needs = { deploy: true }): Promise<Scene> {
	const { sql } = site.database;
	const slug = `org-${randomBytes(6).toString('hex')}`;
	const org = { id: randomUUID(), slug, name: `The ${slug}` };
	await sql`INSERT INTO organizations (id, slug, name, retention_days) VALUES (${org.id}, ${slug}, ${org.name}, 30)`;

	const make = (name: string, role: Role | null, isInstanceAdmin = false) => {
		const email = `${name.replaceAll(' ', '-')}@${slug}.example`;
		return makePerson(site, email, role && { org: org.id, role }, isInstanceAdmin);
	};
	const [viewer, member, second, admin, owner, outsider, instanceAdmin] = await Promise.all([
		make('viewer', 'viewer'),
		make('member', 'member'),
		make('second member', 'member'),
		make('admin', 'admin'),
		make('owner', 'owner'),
		make('outsider', null),
		make('instance admin', null, true)
	]);
	const people = {
		viewer,
		member,
		'second member': second,
		admin,
		owner,
		outsider,
		'instance admin': instanceAdmin
	};
	await ownOrganization(site, outsider);

	const makeKey = (name: string, scopes: Scope[]) => keys.create(sql, org.id, operator, { name, scopes });
	const [read, write] = await Promise.all([makeKey('read', ['read']), makeKey('write', ['write'])]);
	const made = { org, userId: people.owner.id, key: write.key };
	const sender = new Tenant(site.server.url, {
		...made,
		makeKey: async (scopes) => (await makeKey('more', scopes)).key,
		makeSession: async () => people.owner.cookie
	});
	const invitation = { id: randomUUID(), token: randomBytes(32).toString('base64url') };
	await sql`
		INSERT INTO invitations (id, org_id, email, role, hash, expires_at)
		VALUES (${invitation.id}, ${org.id}, ${people.outsider.email}, 'member', ${digest(invitation.token)}, now() + interval '1 day')`;
	const deployId = needs.deploy ? (await deploys.make(sender)).id : '';
	const mail = (purpose: EmailTokenPurpose, { id, email }: { id: string | null; email: string }, data = {}) =>
		emailTokens.create(sql, { purpose, userId: id, email, data, lifeMs: 60_000 });
	const person = { name: 'New', organization: `New ${slug}`, passwordHash: await passwordHash() };
	const [reset, email, signUp] = await Promise.all([
		mail('reset password', second),
		mail('change e-mail', { ...member, email: `changed@${slug}.example` }),
		mail('sign up', { id: null, email: `new@${slug}.example` }, person)
	]);
	const browser = ({ cookie }: Person) => ({ cookie, origin: site.server.url });
	return {
		org,
		people,
		headers: {
			nobody: { origin: site.server.url },
			outsider: browser(people.outsider),
			viewer: browser(people.viewer),
			member: browser(people.member),
			admin: browser(people.admin),
			owner: browser(people.owner),
			'read key': { authorization: `Bearer ${read.key}` },
			'write key': { authorization: `Bearer ${write.key}` },
			'instance admin': browser(people['instance admin'])
		},
		deployId,
		keyId: read.id,
		invitation,
		tokens: { reset, email, signUp },
		state: () => stateOf(site, org.id)
	};
}

async function makePerson(
	{ database: { sql } }: Site,
	email: string,
	membership: { org: string; role: Role } | null,
	isInstanceAdmin: boolean
): Promise<Person> {
	const id = randomUUID();
	await sql`
		INSERT INTO users (id, email, name, password_hash, instance_admin)
		VALUES (${id}, ${email}, ${email}, ${await passwordHash()}, ${isInstanceAdmin})`;
	if (membership)
		await sql`INSERT INTO memberships (org_id, user_id, role) VALUES (${membership.org}, ${id}, ${membership.role})`;
	const { token } = await sessions(sql).create(id, operator);
	return { id, email, cookie: `tailrace_session=${token}`, sessionId: digest(token) };
}

/** So that the outsider is somebody elsewhere: an owner, who may do everything there. */
async function ownOrganization({ database: { sql } }: Site, { id }: Person): Promise<void> {
	const other = randomUUID();
	await sql`INSERT INTO organizations (id, slug, name, retention_days) VALUES (${other}, ${`other-${other}`}, 'Other', 30)`;
	await sql`INSERT INTO memberships (org_id, user_id, role) VALUES (${other}, ${id}, 'owner')`;
}

async function stateOf({ database: { sql } }: Site, org: string): Promise<string> {
	const rows = await Promise.all([
		sql`SELECT id, slug, name, retention_days, suspended_at FROM organizations WHERE id = ${org}`,
		sql`SELECT user_id, role FROM memberships WHERE org_id = ${org} ORDER BY user_id`,
		sql`SELECT id, email, role, hash FROM invitations WHERE org_id = ${org} ORDER BY id`,
		sql`SELECT id, name, scopes, expires_at FROM api_keys WHERE org_id = ${org} ORDER BY id`,
		sql`SELECT id, action FROM audit_events WHERE org_id = ${org} ORDER BY id`,
		// Not the head: a deploy tells of itself there, at a time of its own.
		sql`SELECT seq FROM logs WHERE org_id = ${org} AND message = 'hello'`
	]);
	return JSON.stringify(rows);
}
