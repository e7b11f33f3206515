import { onTestFinished } from 'vitest';
import * as keyList from '../../../src/lib/server/access/key-list.ts';
import { KeyUse, type KeyRequest, type Use } from '../../../src/lib/server/access/key-use.ts';
import * as keys from '../../../src/lib/server/access/keys.ts';
import { bus } from '../../../src/lib/server/bus/bus.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { makeTenant } from './tenants.ts';

export const request = (status = 200, more: Partial<KeyRequest> = {}): KeyRequest => ({
	method: 'POST',
	path: '/api/logs',
	status,
	...more
});

export const minute = { quietMs: 60_000, tickMs: 1 };

/** An instance that writes the uses of keys: its writes as they are done, and a way to wait for the next. */
export function open(sql: Sql, options: ConstructorParameters<typeof KeyUse>[3] = minute) {
	const topics = bus();
	const writes: Use[][] = [];
	const begun: number[] = [];
	const failures: unknown[] = [];
	let wrote = Promise.withResolvers<void>();
	let fail = false;
	let subscriptions = 0;
	const subscribe = (topic: string, wake: () => void) => {
		subscriptions++;
		return topics.subscribe(topic, wake);
	};
	async function write(uses: Use[], quietSince: Date | null): Promise<Set<string>> {
		if (fail) throw new Error('away');
		begun.push(Date.now());
		const early = await keys.writeUses(sql, uses, quietSince);
		writes.push(uses);
		wrote.resolve();
		wrote = Promise.withResolvers<void>();
		return early;
	}
	const failed = Promise.withResolvers<void>();
	const uses = new KeyUse(write, subscribe, (error) => failed.resolve(void failures.push(error)), options);
	onTestFinished(() => uses.close());
	return {
		uses,
		topics,
		writes,
		begun,
		failures,
		subscriptions: () => subscriptions,
		failed: failed.promise,
		next: () => wrote.promise,
		break: (broken: boolean) => (fail = broken)
	};
}

/** A key of an organization of its own. */
export async function makeKey(sql: Sql): Promise<keys.Key> {
	const { key } = await makeTenant(sql);
	const found = await keys.find(sql, key);
	if (!found) throw new Error('the key was not made');
	return found;
}

/** The last use of a key, as its organization is shown it. */
export async function lastUseOf(sql: Sql, { org, id }: keys.Key) {
	return (await keyList.get(sql, org, id))?.lastUse ?? null;
}
