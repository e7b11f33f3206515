import { randomBytes } from 'node:crypto';
import { v7 as uuid, validate as isUuid } from 'uuid';
import type { Sql } from '../postgres/connect.ts';
import type { Scope } from '../postgres/words.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import { digest } from '../digest.ts';
import type { Use } from './key-use.ts';
import * as lock from './lock.ts';
import * as submissions from './submissions.ts';
import type { Sent } from './submissions.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';

/** What a request needs to know about its key. */
export interface Key {
	id: string;
	org: string;
	/** The organization's. */
	slug: string;
	scopes: Scope[];
	/** Whether the organization is suspended, so that the key gives no access for now. */
	isSuspended: boolean;
	/** When it expires; null: never. */
	expiresAt: Date | null;
	/** While someone waits for its next request, its uses are written at once. */
	watchedUntil: Date | null;
}

export interface NewKey {
	name: string;
	scopes: Scope[];
	expiresAt?: Date | null;
}

/** Anything that cannot be a key costs no query. */
const form = /^tr_[\w-]{43}$/;
/** `tr_` and enough characters to tell keys apart in a list, leaving 220 bits unknown. */
const prefixLength = 9;
/** Per organization: several for each program of a large team. The keys created with an organization are exempt. */
const most = 500;

/** Creates a key of 32 random bytes for an organization. It is returned only once; the database keeps its digest. */
export async function create(
	transaction: Queryable,
	org: string,
	actor: audit.Actor,
	{ name, scopes, expiresAt = null }: NewKey,
	secret = randomBytes(32).toString('base64url')
): Promise<{ id: string; key: string }> {
	const id = uuid();
	const key = keyOf(secret);
	const prefix = key.slice(0, prefixLength);
	await transaction`
		INSERT INTO api_keys (id, org_id, name, prefix, hash, scopes, expires_at, created_by)
		VALUES (${id}, ${org}, ${name}, ${prefix}, ${digest(key)}, ${scopes}::text[], ${expiresAt}, ${actor.id})`;
	await audit.record(transaction, org, actor, {
		action: 'created an API key',
		target: `${name} (${prefix}…)`,
		details: { scopes, expires: expiresAt?.toISOString() ?? null }
	});
	return { id, key };
}

/**
 * As `create`, if the actor may at that instant and the organization has fewer than 500. A form that comes twice (`sent`) gets the
 * same key twice.
 */
export function make(
	sql: Sql,
	org: string,
	actor: audit.Person,
	key: NewKey,
	sent: Sent = null
): Promise<{ ok: true; id: string; key: string } | Refused> {
	return transact(sql, async (transaction) => {
		const taken = await lock.forActor(transaction, org, actor, 'keys');
		if (!taken.ok) return taken;
		const wanted = ['key', org, actor.id, key.name, key.scopes];
		const made = await submissions.once(transaction, sent, wanted, async (secret) => {
			if ((await count(transaction, org)) >= most) return full;
			const { id } = await create(transaction, org, actor, key, secret);
			return { ok: true, id };
		});
		if (!made.result.ok) return made.result;
		const { id } = made.result;
		if (made.isRepeat && !(await exists(transaction, org, id))) return revoked;
		return { ok: true, id, key: keyOf(made.secret) };
	});
}

const keyOf = (secret: string) => `tr_${secret}`;

async function exists(sql: Queryable, org: string, id: string): Promise<boolean> {
	const found = await sql`SELECT FROM api_keys WHERE org_id = ${org} AND id = ${id}`;
	return found.count > 0;
}

const revoked: Refused = {
	ok: false,
	status: 409,
	faults: { form: 'This key was revoked. Reload the page to create another one.' }
};

async function count(sql: Queryable, org: string): Promise<number> {
	const [row] = await sql<[{ count: number }]>`SELECT count(*) FROM api_keys WHERE org_id = ${org}`;
	return row.count;
}

/** The organization and scopes of a key, even an expired one, or null. */
export async function find(sql: Queryable, key: string): Promise<Key | null> {
	if (!form.test(key)) return null;
	const [found] = await sql<Key[]>`
		SELECT k.id, k.org_id AS org, o.slug, k.scopes, o.suspended_at IS NOT NULL AS "isSuspended",
			k.expires_at AS "expiresAt", k.watched_until AS "watchedUntil"
		FROM api_keys k JOIN organizations o ON o.id = k.org_id
		WHERE k.hash = ${digest(key)}`;
	return found ?? null;
}

/** Deletes a key, which ends the access it gave on every instance, if the actor may at that instant. */
export function revoke(
	sql: Sql,
	org: string,
	actor: audit.Person,
	id: string
): Promise<{ ok: true } | Refused> {
	return transact(sql, async (transaction) => {
		const taken = await lock.forActor(transaction, org, actor, 'keys');
		if (!taken.ok) return taken;
		if (!isUuid(id)) return unknown;
		const [revoked] = await transaction<{ name: string; prefix: string }[]>`
			DELETE FROM api_keys WHERE org_id = ${org} AND id = ${id} RETURNING name, prefix`;
		if (!revoked) return unknown;
		const target = `${revoked.name} (${revoked.prefix}…)`;
		await audit.record(transaction, org, actor, { action: 'revoked an API key', target });
		return { ok: true };
	});
}

const full: Refused = {
	ok: false,
	status: 409,
	faults: {
		form: `An organization can have at most ${most} keys. Revoke an unused one, then create this one.`
	}
};

const unknown: Refused = {
	ok: false,
	status: 404,
	faults: { form: 'Key not found. It may have been revoked already.' }
};

/**
 * Makes every instance write uses of the key at once for the next ten minutes. Repeat it while someone looks: it changes
 * nothing, and so wakes nobody, unless less than half of that time is left.
 */
export async function watch(sql: Queryable, org: string, id: string): Promise<void> {
	if (!isUuid(id)) return;
	await sql`
		UPDATE api_keys SET watched_until = now() + interval '10 minutes'
		WHERE org_id = ${org} AND id = ${id}
			AND coalesce(watched_until < now() + interval '5 minutes', true)`;
}

/**
 * Writes the last uses of keys of any organizations in one statement. A deleted key stays deleted, and a later use seen by
 * another instance stands. An unwatched key with a use after `quietSince` is left as it is; returns the ids of those keys.
 */
export async function writeUses(
	sql: Queryable,
	uses: readonly Use[],
	quietSince: Date | null = null
): Promise<Set<string>> {
	const rows = JSON.stringify(uses.map((use) => ({ ...use, at: new Date(use.at).toISOString() })));
	// Locked in id order, so that two instances writing the same keys wait instead of deadlocking.
	const early = await sql<{ id: string }[]>`
		WITH used AS (
			SELECT * FROM jsonb_to_recordset(${rows}::text::jsonb)
				AS u(id uuid, org uuid, at timestamptz, address text, request jsonb)
		), due AS (
			SELECT k.id FROM api_keys k JOIN used u ON u.id = k.id AND u.org = k.org_id
			WHERE coalesce(k.last_used_at <= u.at, true)
				AND (coalesce(k.last_used_at <= ${quietSince}::timestamptz, true) OR k.watched_until > now())
			ORDER BY k.id FOR NO KEY UPDATE OF k
		), written AS (
			UPDATE api_keys k SET last_used_at = u.at, last_used_address = u.address, last_request = u.request
			FROM used u, due d WHERE k.id = d.id AND u.id = k.id AND k.org_id = u.org
			RETURNING k.id
		)
		SELECT k.id FROM api_keys k JOIN used u ON u.id = k.id AND u.org = k.org_id
		WHERE coalesce(k.last_used_at <= u.at, true) AND k.id NOT IN (SELECT id FROM written)`;
	return new Set(early.map(({ id }) => id));
}
