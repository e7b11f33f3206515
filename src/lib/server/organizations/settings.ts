import * as v from 'valibot';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import { line } from '../forms/forms.ts';
import * as organizations from './organizations.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import * as lock from '../access/lock.ts';

/** For the name form: a line of text, which does not affect the address. */
export const name = v.object({ name: v.pipe(line, v.nonEmpty('Enter a name.')) });

/** For the address form: a slug. Only taking it shows whether it is free. */
export const address = v.object({
	slug: v.pipe(
		v.string('Enter an address.'),
		v.trim(),
		v.toLowerCase(),
		v.nonEmpty('Enter an address.'),
		v.maxLength(organizations.slugLength, `Use at most ${organizations.slugLength} characters.`),
		v.regex(/^[a-z\d-]*$/, 'Use the letters a to z, digits and dashes.'),
		v.regex(/^[a-z\d]+(-[a-z\d]+)*$/, 'Begin and end with a letter or a digit, and use single dashes.'),
		v.check(
			(slug) => !organizations.isReserved(slug),
			({ input }) => `"${input}" is reserved by Tailrace: choose another.`
		)
	)
});

const mostDays = 36_500;
const daysHint = `Enter a whole number of days, from 1 to ${mostDays}.`;

/** For the retention form. */
export const retention = v.object({
	days: v.pipe(
		v.string(daysHint),
		v.trim(),
		v.regex(/^\d{1,5}$/, daysHint),
		v.transform(Number),
		v.minValue(1, daysHint),
		v.maxValue(mostDays, daysHint)
	)
});

export type Changed = { ok: true } | Refused;

/** How many old slugs an organization keeps at most: nobody else can have them. */
const mostOldSlugs = 20;

/** Renames it, if the actor may at that instant, and records it; its address stays. */
export function rename(sql: Sql, org: string, actor: audit.Person, to: string): Promise<Changed> {
	return transact(sql, (transaction) => renameIn(transaction, org, actor, to));
}

/**
 * Gives it another slug, unless another organization has or had it, and records it. The old one keeps working; with 20 of those
 * it can only go back to one of them.
 */
export function move(sql: Sql, org: string, actor: audit.Person, to: string): Promise<Changed> {
	return transact(sql, (transaction) => moveIn(transaction, org, actor, to)).catch(takenIfUnique(to));
}

/** Sets how many days its lines are kept, and records it. `before` is the previous setting. */
export function keepFor(
	sql: Sql,
	org: string,
	actor: audit.Person,
	days: number
): Promise<Refused | { ok: true; before: number }> {
	return transact(sql, (transaction) => keepForIn(transaction, org, actor, days));
}

async function renameIn(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	to: string
): Promise<Changed> {
	const taken = await lock.forActor(transaction, org, actor, 'settings');
	if (!taken.ok) return taken;
	const { held } = taken;
	if (held.name === to) return { ok: true };
	await transaction`UPDATE organizations SET name = ${to} WHERE id = ${org}`;
	await audit.record(transaction, org, actor, {
		action: 'changed the name',
		target: to,
		details: { from: held.name, to }
	});
	return { ok: true };
}

async function moveIn(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	to: string
): Promise<Changed> {
	const taken = await lock.forActor(transaction, org, actor, 'settings');
	if (!taken.ok) return taken;
	const { held } = taken;
	if (held.slug === to) return { ok: true };
	await organizations.lockSlugs(transaction);
	const refused = await faultOf(transaction, org, to);
	if (refused) return refused;

	await transaction`DELETE FROM old_slugs WHERE slug = ${to} AND org_id = ${org}`;
	await transaction`UPDATE organizations SET slug = ${to} WHERE id = ${org}`;
	await transaction`INSERT INTO old_slugs (slug, org_id) VALUES (${held.slug}, ${org})`;
	await audit.record(transaction, org, actor, {
		action: 'changed the address',
		target: held.name,
		details: { from: held.slug, to }
	});
	return { ok: true };
}

/** Why an organization cannot have a slug, while nobody else can take one. */
async function faultOf(transaction: Queryable, org: string, slug: string): Promise<Refused | null> {
	const [found] = await transaction<{ isTaken: boolean; isOwn: boolean; old: number }[]>`
		SELECT EXISTS (SELECT FROM organizations WHERE slug = ${slug} AND id <> ${org}) OR EXISTS (
				SELECT FROM old_slugs WHERE slug = ${slug} AND org_id <> ${org}) AS "isTaken",
			EXISTS (SELECT FROM old_slugs WHERE slug = ${slug} AND org_id = ${org}) AS "isOwn",
			(SELECT count(*) FROM old_slugs WHERE org_id = ${org}) AS old`;
	if (!found || found.isTaken) return slugTaken(slug);
	return found.old >= mostOldSlugs && !found.isOwn ? tooManyOld : null;
}

/** For a slug taken between the check and the change, by a writer that took no turn. */
function takenIfUnique(slug: string) {
	return (error: unknown): Changed => {
		if ((error as { code?: string }).code !== '23505') throw error; // unique_violation
		return slugTaken(slug);
	};
}

async function keepForIn(
	transaction: Queryable,
	org: string,
	actor: audit.Person,
	days: number
): Promise<Refused | { ok: true; before: number }> {
	const taken = await lock.forActor(transaction, org, actor, 'settings');
	if (!taken.ok) return taken;
	const [set] = await transaction<{ before: number }[]>`
		UPDATE organizations SET retention_days = ${days} FROM organizations AS old
		WHERE organizations.id = ${org} AND old.id = ${org} RETURNING old.retention_days AS before`;
	const before = set?.before ?? days;
	if (before === days) return { ok: true, before };
	await audit.record(transaction, org, actor, {
		action: 'changed the retention',
		target: taken.held.name,
		details: { from: before, to: days }
	});
	return { ok: true, before };
}

const slugTaken = (slug: string): Refused => ({
	ok: false,
	status: 409,
	faults: { slug: `"${slug}" is taken: choose another.` }
});

const tooManyOld: Refused = {
	ok: false,
	status: 409,
	faults: { slug: `An organization keeps at most ${mostOldSlugs} old addresses: go back to one of them.` }
};
