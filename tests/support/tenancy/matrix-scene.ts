import { randomBytes, randomUUID } from 'node:crypto';
import type { Deploy } from '../../../src/lib/log/deploy.ts';
import { operator } from '../../../src/lib/server/audit/audit.ts';
import { digest } from '../../../src/lib/server/digest.ts';
import * as emailTokens from '../../../src/lib/server/mail/tokens.ts';
import * as keys from '../../../src/lib/server/access/keys.ts';
import type { EmailTokenPurpose, Scope } from '../../../src/lib/server/postgres/words.ts';
import { makePeople, passwordHash, type People, type Person } from './matrix-people.ts';
import { stateOf } from './matrix-state.ts';
import { line, receive } from '../logs/lines.ts';
import type { Site } from '../server/site.ts';

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

/** An organization with a user of every role, and one of everything that can be requested. */
export interface Scene {
	org: Org;
	/** Another one, without members. */
	suspendedOrg: Org;
	people: People;
	headers: Record<Asker, Record<string, string>>;
	deployId: string;
	keyId: string;
	/** Pending, for the outsider. */
	invitation: { id: string; token: string };
	/** Of mailed links: to the second member, to the member, and to someone without an account. */
	tokens: { reset: string; email: string; signUp: string };
	/** The state of the organization and everyone in it, as text to compare. */
	state(): Promise<string>;
}

interface Org {
	id: string;
	slug: string;
	name: string;
}

/** With a deploy or a line only if needed. The matrix creates some two hundred, so nothing here goes through a page. */
export async function makeScene(site: Site, needs = { deploy: true, line: false }): Promise<Scene> {
	const slug = `org-${randomBytes(6).toString('hex')}`;
	const org = { id: randomUUID(), slug, name: `The ${slug}` };
	const outsiderOrg = { id: randomUUID(), slug: `other-${slug}`, name: `Other than ${slug}` };
	const suspendedOrg = { id: randomUUID(), slug: `suspended-${slug}`, name: `Suspended ${slug}` };
	await makeOrganizations(site, [org, outsiderOrg], suspendedOrg);
	const people = await makePeople(site, org, outsiderOrg.id);
	const [read, write, invitation, tokens] = await Promise.all([
		makeKey(site, org.id, 'read'),
		makeKey(site, org.id, 'write'),
		invite(site, org.id, people.outsider),
		mailLinks(site, slug, people)
	]);
	if (needs.line) await receive(site.database.sql, org.id, [line('the first')]);
	return {
		org,
		suspendedOrg,
		people,
		headers: headersOf(site, people, { read: read.key, write: write.key }),
		deployId: needs.deploy ? await makeDeploy(site, write.key) : '',
		keyId: read.id,
		invitation,
		tokens,
		state: () => stateOf(site, org, people.owner.cookie)
	};
}

async function makeOrganizations({ database: { sql } }: Site, orgs: Org[], suspended: Org): Promise<void> {
	const rows = [
		...orgs.map((org) => ({ ...org, retention_days: 30, suspended_at: null })),
		{ ...suspended, retention_days: 30, suspended_at: new Date() }
	];
	await sql`INSERT INTO organizations ${sql(rows)}`;
}

function makeKey({ database: { sql } }: Site, org: string, scope: Scope) {
	return keys.create(sql, org, operator, { name: scope, scopes: [scope] });
}

async function invite({ database: { sql } }: Site, org: string, { email }: Person) {
	const invitation = { id: randomUUID(), token: randomBytes(32).toString('base64url') };
	await sql`
		INSERT INTO invitations (id, org_id, email, role, hash, expires_at)
		VALUES (${invitation.id}, ${org}, ${email}, 'member', ${digest(invitation.token)}, now() + interval '1 day')`;
	return invitation;
}

async function mailLinks({ database: { sql } }: Site, slug: string, people: People) {
	type To = { id: string | null; email: string };
	const mail = async (purpose: EmailTokenPurpose, { id, email }: To, data = {}) => {
		const link = await emailTokens.create(sql, { purpose, userId: id, email, data, lifeMs: 60_000 });
		return (await emailTokens.mint(sql, link)) ?? '';
	};
	const person = { name: 'New', organization: `New ${slug}`, passwordHash: await passwordHash() };
	const [reset, email, signUp] = await Promise.all([
		mail('reset password', people['second member']),
		mail('change e-mail', { ...people.member, email: `changed@${slug}.example` }),
		mail('sign up', { id: null, email: `new@${slug}.example` }, person)
	]);
	return { reset, email, signUp };
}

function headersOf({ server: { url } }: Site, people: People, keys: { read: string; write: string }) {
	const browser = ({ cookie }: Person) => ({ cookie, origin: url });
	return {
		nobody: { origin: url },
		outsider: browser(people.outsider),
		viewer: browser(people.viewer),
		member: browser(people.member),
		admin: browser(people.admin),
		owner: browser(people.owner),
		'read key': { authorization: `Bearer ${keys.read}` },
		'write key': { authorization: `Bearer ${keys.write}` },
		'instance admin': browser(people['instance admin'])
	};
}

async function makeDeploy({ server }: Site, key: string): Promise<string> {
	const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
	const init = { method: 'POST', headers, body: '{"service":"web"}' };
	const answer = await fetch(`${server.url}/api/deploys`, init);
	if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
	return ((await answer.json()) as Deploy).id;
}
