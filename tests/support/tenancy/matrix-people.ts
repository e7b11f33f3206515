import { randomBytes, randomUUID } from 'node:crypto';
import { digest } from '../../../src/lib/server/digest.ts';
import { passwords } from '../../../src/lib/server/people/passwords.ts';
import type { Role } from '../../../src/lib/server/postgres/words.ts';
import { password } from '../people/people.ts';
import type { Site } from '../server/site.ts';

/** Everyone in a scene, and their role in its organization. */
const everybody = {
	viewer: 'viewer',
	member: 'member',
	'second member': 'member',
	admin: 'admin',
	owner: 'owner',
	/** Someone elsewhere: an owner, who may do everything there. */
	outsider: null,
	'instance admin': null,
	'suspended user': null
} satisfies Record<string, Role | null>;
type Name = keyof typeof everybody;

export interface Person {
	id: string;
	email: string;
	cookie: string;
	sessionId: string;
}
export type People = Record<Name, Person>;

let hashed: Promise<string> | null = null;
/** One hash for everyone, because each costs 19 MiB and some 20 ms. */
export const passwordHash = () => (hashed ??= passwords().hash(password));

/** Creates everyone, signed in, with one statement for all: `passwords` and `sessions` would take some thirty. */
export async function makePeople(
	{ database: { sql } }: Site,
	org: { id: string; slug: string },
	outsiderOrg: string
): Promise<People> {
	const names = Object.keys(everybody) as Name[];
	const people = Object.fromEntries(names.map((name) => [name, personOf(name, org.slug)])) as People;
	const hash = await passwordHash();
	await sql`INSERT INTO users ${sql(names.map((name) => userRow(name, people[name], hash)))}`;

	const joined = names.flatMap((name) => {
		const role = everybody[name];
		return role === null ? [] : [{ org_id: org.id, user_id: people[name].id, role }];
	});
	joined.push({ org_id: outsiderOrg, user_id: people.outsider.id, role: 'owner' });
	const expires_at = new Date(Date.now() + 30 * 24 * 3_600_000);
	const sessions = names.map((name) => {
		const { id: user_id, sessionId: id } = people[name];
		return { id, user_id, expires_at };
	});
	await Promise.all([
		sql`INSERT INTO memberships ${sql(joined)}`,
		sql`INSERT INTO sessions ${sql(sessions)}`
	]);
	return people;
}

function personOf(name: Name, slug: string): Person {
	// In the form of people/sessions.ts.
	const token = [...randomBytes(40)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('');
	const email = `${name.replaceAll(' ', '-')}@${slug}.example`;
	return { id: randomUUID(), email, cookie: `tailrace_session=${token}`, sessionId: digest(token) };
}

function userRow(name: Name, { id, email }: Person, password_hash: string) {
	return {
		id,
		email,
		name: email,
		password_hash,
		instance_admin: name === 'instance admin',
		suspended_at: name === 'suspended user' ? new Date() : null
	};
}
