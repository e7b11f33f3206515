import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import * as lock from '../access/lock.ts';

/** How long an organization keeps deploys. A new one has the table's defaults: 365 days, and 10. */
export interface DeployRetention {
	/** A deploy that ended longer ago is deleted, with its log … */
	days: number;
	/** … unless it is among this many newest of its service and environment. */
	kept: number;
}

const mostDays = 36_500;
const mostKept = 1_000;

function wholeNumber(most: number, of: string) {
	const hint = `Enter a whole number${of} from 1 to ${most}.`;
	return v.pipe(
		v.string(hint),
		v.trim(),
		v.regex(/^\d{1,5}$/, hint),
		v.transform(Number),
		v.minValue(1, hint),
		v.maxValue(most, hint)
	);
}

/** For its form. */
export const form = v.object({
	deployDays: wholeNumber(mostDays, ' of days'),
	deploysKept: wholeNumber(mostKept, '')
});

/** An organization's setting; null if it does not exist. */
export async function get(sql: Queryable, org: string): Promise<DeployRetention | null> {
	return (await among(sql, [org])).get(org) ?? null;
}

/** The settings of those organizations that exist. */
export async function among(sql: Queryable, orgs: readonly string[]): Promise<Map<string, DeployRetention>> {
	const rows = await sql<(DeployRetention & { id: string })[]>`
		SELECT id, deploy_days AS days, deploys_kept AS kept FROM organizations
		WHERE id = ANY (${orgs as string[]}::uuid[])`;
	return new Map(rows.map(({ id, ...retention }) => [id, retention]));
}

/** Sets it, if the actor may at that instant, and records it. `before` is the previous setting. */
export function set(
	sql: Sql,
	org: string,
	actor: audit.Person,
	to: DeployRetention
): Promise<Refused | { ok: true; before: DeployRetention }> {
	return transact(sql, (transaction) => setIn(transaction, org, actor, to));
}

async function setIn(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	to: DeployRetention
): Promise<Refused | { ok: true; before: DeployRetention }> {
	const taken = await lock.forActor(transaction, org, actor, 'settings');
	if (!taken.ok) return taken;
	const before = (await among(transaction, [org])).get(org) ?? to;
	if (before.days === to.days && before.kept === to.kept) return { ok: true, before };
	await transaction`UPDATE organizations SET deploy_days = ${to.days}, deploys_kept = ${to.kept} WHERE id = ${org}`;
	await audit.record(transaction, org, actor, {
		action: 'changed the retention of deploys',
		target: taken.held.name,
		details: { from: describe(before), to: describe(to) }
	});
	return { ok: true, before };
}

const describe = ({ days, kept }: DeployRetention) => `${days} days, at least ${kept}`;
