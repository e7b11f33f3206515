import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import * as lock from '../access/lock.ts';

export type Deleted = { ok: true } | Refused;

/**
 * Deletes an organization whose name was typed, if the actor may at that instant. Its remains (its lines, its deploys) are
 * deleted later in the background.
 */
export function remove(sql: Sql, org: string, actor: audit.Person, typedName: string): Promise<Deleted> {
	return transact(sql, (transaction) => removeIn(transaction, org, actor, typedName));
}

/**
 * This also deletes the organization's members, keys, invitations, old addresses and log head, so a concurrent append is either
 * waited for or refused, and open streams end.
 */
async function removeIn(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	typedName: string
): Promise<Deleted> {
	const taken = await lock.forActor(transaction, org, actor, 'delete');
	if (!taken.ok) return taken;
	const { name, slug } = taken.held;
	if (plain(typedName) !== plain(name)) return anotherName;

	await audit.record(transaction, org, actor, {
		action: 'deleted the organization',
		target: name,
		details: { slug }
	});
	await transaction`INSERT INTO deleted_organizations (id, name, slug) VALUES (${org}, ${name}, ${slug})`;
	// In the order in which their last uses are written, so that the two never deadlock.
	await transaction`SELECT 1 FROM api_keys WHERE org_id = ${org} ORDER BY id FOR UPDATE`;
	// First, as an append does: that locks its head, and then the organization, which its services and keys of requests refer to.
	await transaction`DELETE FROM log_heads WHERE org_id = ${org}`;
	await transaction`DELETE FROM organizations WHERE id = ${org}`;
	await transaction`DELETE FROM log_services WHERE org_id = ${org}`; // where they are distributed, no foreign key takes them along
	return { ok: true };
}

const plain = (name: string) => name.trim().normalize('NFC');

/** Which of the organizations were deleted. */
export async function among(sql: Queryable, orgs: readonly string[]): Promise<string[]> {
	if (orgs.length === 0) return [];
	const deleted = await sql<{ id: string }[]>`
		SELECT id FROM deleted_organizations WHERE id = ANY (${orgs as string[]}::uuid[])`;
	return deleted.map(({ id }) => id);
}

const anotherName: Refused = {
	ok: false,
	status: 400,
	faults: { organization: 'That is not its name: type it exactly as shown above.' }
};
