import { v7 as uuid } from 'uuid';
import type { Queryable } from './queryable.ts';

/** Any number that no other program on the same database uses for an advisory lock. */
const advisoryLock = 7_245_724;

export interface User {
	id: string;
	email: string;
	name: string;
	instanceAdmin: boolean;
}

export interface NewUser {
	/** Trimmed and in lower case. */
	email: string;
	/** The part of the address before the @, if it is empty. */
	name: string;
	passwordHash: string;
}

/** Whether anybody has an account yet. */
export async function anyExists(sql: Queryable): Promise<boolean> {
	const [row] = await sql<{ exists: boolean }[]>`SELECT EXISTS (SELECT FROM users) AS exists`;
	return row?.exists === true;
}

/**
 * Waits until no other transaction, on any instance, makes a user, and keeps others waiting to this one's end:
 * whether a user is the first is only known with nobody else about to be.
 */
export async function takeTurns(transaction: Queryable): Promise<void> {
	await transaction`SELECT pg_advisory_xact_lock(${advisoryLock})`;
}

/** Makes a user; null if the address has an account. The first user is instance admin, hence after `takeTurns`. */
export async function create(transaction: Queryable, user: NewUser): Promise<User | null> {
	const name = user.name || user.email.slice(0, user.email.lastIndexOf('@'));
	const [created] = await transaction<User[]>`
		INSERT INTO users (id, email, name, password_hash, instance_admin)
		VALUES (${uuid()}, ${user.email}, ${name}, ${user.passwordHash}, NOT EXISTS (SELECT FROM users))
		ON CONFLICT (email) DO NOTHING
		RETURNING id, email, name, instance_admin AS "instanceAdmin"`;
	return created ?? null;
}

/** The user with an address in lower case, and the hash of the password. */
export async function findByEmail(
	sql: Queryable,
	email: string
): Promise<{ id: string; email: string; passwordHash: string } | null> {
	const [found] = await sql<{ id: string; email: string; passwordHash: string }[]>`
		SELECT id, email, password_hash AS "passwordHash" FROM users WHERE email = ${email}`;
	return found ?? null;
}
