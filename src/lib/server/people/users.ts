import { v7 as uuid } from 'uuid';
import { advisoryLocks } from '../postgres/advisory-locks.ts';
import type { Queryable } from '../postgres/queryable.ts';

export interface User {
	id: string;
	email: string;
	name: string;
	instanceAdmin: boolean;
}

export interface WithPassword {
	id: string;
	email: string;
	name: string;
	passwordHash: string;
	isSuspended: boolean;
}

export interface NewUser {
	/** Trimmed and in lower case. */
	email: string;
	/** If empty, the part of the address before the @. */
	name: string;
	passwordHash: string;
}

/** Whether anyone has an account yet. */
export async function anyExists(sql: Queryable): Promise<boolean> {
	const [row] = await sql<{ exists: boolean }[]>`SELECT EXISTS (SELECT FROM users) AS exists`;
	return row?.exists === true;
}

/**
 * Waits until no other transaction, on any instance, creates a user, and blocks others to the end of this one: only then is it
 * certain whether a user is the first.
 */
export async function lockAddresses(transaction: Queryable): Promise<void> {
	await transaction`SELECT pg_advisory_xact_lock(${advisoryLocks.users})`;
}

/** Creates a user; null if the address has an account. The first user is instance admin, so call `lockAddresses` first. */
export async function create(transaction: Queryable, user: NewUser): Promise<User | null> {
	const name = user.name || user.email.slice(0, user.email.lastIndexOf('@'));
	const [created] = await transaction<User[]>`
		INSERT INTO users (id, email, name, password_hash, instance_admin)
		VALUES (${uuid()}, ${user.email}, ${name}, ${user.passwordHash}, NOT EXISTS (SELECT FROM users))
		ON CONFLICT (email) DO NOTHING
		RETURNING id, email, name, instance_admin AS "instanceAdmin"`;
	return created ?? null;
}

/** Whether a user is one now, whatever the request found at its start. */
export async function isInstanceAdmin(sql: Queryable, id: string): Promise<boolean> {
	const [row] = await sql<{ is: boolean }[]>`SELECT instance_admin AS "is" FROM users WHERE id = ${id}`;
	return row?.is === true;
}

/** Details recorded with a sign-up: that the first user is instance admin, since nobody made them one. */
export function signUpDetails({ instanceAdmin }: User): { 'instance admin'?: true } {
	return instanceAdmin ? { 'instance admin': true } : {};
}

/** The user with an address in lower case, and the hash of the password. */
export async function findByEmail(sql: Queryable, email: string): Promise<WithPassword | null> {
	const [found] = await sql<WithPassword[]>`
		SELECT id, email, name, password_hash AS "passwordHash", suspended_at IS NOT NULL AS "isSuspended"
		FROM users WHERE email = ${email}`;
	return found ?? null;
}

/** A user and the hash of the password. */
export async function find(sql: Queryable, id: string): Promise<WithPassword | null> {
	const [found] = await sql<WithPassword[]>`
		SELECT id, email, name, password_hash AS "passwordHash", suspended_at IS NOT NULL AS "isSuspended"
		FROM users WHERE id = ${id}`;
	return found ?? null;
}

/**
 * As `find`, after waiting until no other transaction changes this account or begins a session for it, and blocks others to the
 * end of this one: what is read stays true. Call it before changing anything else of the account, to avoid deadlocks. For
 * nobody (null) it does the same work and returns null.
 */
export async function hold(transaction: Queryable, id: string | null): Promise<WithPassword | null> {
	const [held] = await transaction<WithPassword[]>`
		SELECT id, email, name, password_hash AS "passwordHash", suspended_at IS NOT NULL AS "isSuspended"
		FROM users WHERE id = ${id} FOR NO KEY UPDATE`;
	return held ?? null;
}

/** Renames a user. */
export async function rename(transaction: Queryable, id: string, name: string): Promise<void> {
	await transaction`UPDATE users SET name = ${name} WHERE id = ${id}`;
}

/** Changes a user's password. */
export async function changePassword(
	transaction: Queryable,
	id: string,
	passwordHash: string
): Promise<void> {
	await transaction`UPDATE users SET password_hash = ${passwordHash} WHERE id = ${id}`;
}

/** Changes a user's address, in lower case; false if it has an account. After `lockAddresses`, so that it stays free. */
export async function changeEmail(transaction: Queryable, id: string, email: string): Promise<boolean> {
	const changed = await transaction`
		UPDATE users SET email = ${email}
		WHERE id = ${id} AND NOT EXISTS (SELECT FROM users WHERE email = ${email})`;
	return changed.count === 1;
}
