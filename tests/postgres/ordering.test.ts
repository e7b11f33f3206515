import { randomInt, randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { numbers, send } from '../support/server/calls.ts';
import { testDatabase } from '../support/server/database.ts';
import { startServer } from '../support/server/server.ts';
import { makeTenant, type Tenant } from '../support/people/tenants.ts';

const organizations = 50;
/** Of each organization to each server, one after the other. */
const requests = 10;
const mostLines = 40;

interface Answer {
	accepted: number;
	first_seq: number;
	last_seq: number;
}

async function write(url: string, { key }: Tenant): Promise<Answer[]> {
	const answers: Answer[] = [];
	for (let count = 0; count < requests; count++) {
		const lines = numbers(1, randomInt(1, mostLines)).map((line) => `${count}/${line}`);
		// Half of them with a key, which takes the locks by another way.
		const headers: Record<string, string> = randomInt(2) ? { 'idempotency-key': randomUUID() } : {};
		const response = await send(url, key, lines.join('\n'), headers);
		expect(response.status).toBe(200);
		answers.push((await response.json()) as Answer);
	}
	return answers;
}

/** Reads on and on from its cursor, as a tail does, until the writers are done and it has all that there is. */
async function follow(store: ReturnType<typeof logStore>, org: string, isDone: () => boolean) {
	const seen: { seq: number; received: number }[] = [];
	for (let ends = false; ;) {
		const { items } = await store.after(org, seen.length, 500);
		for (const { seq, entry } of items) {
			expect(seq).toBe(seen.length + 1); // a later one first would never let this one be seen
			seen.push({ seq, received: Date.parse(entry.received_at) });
		}
		if (items.length > 0) continue;
		if (ends) return seen;
		ends = isDone();
	}
}

test('two servers number the lines of fifty organizations in the order in which they become visible', async () => {
	const { url, sql, drop } = await testDatabase();
	onTestFinished(drop);
	const servers = await Promise.all([0, 1].map(() => startServer({ env: { DATABASE_URL: url } })));
	const stopAll = () => Promise.all(servers.map((server) => server.stop()));
	onTestFinished(async () => void (await stopAll()));
	const tenants = await Promise.all(numbers(1, organizations).map(() => makeTenant(sql)));

	let done = false;
	const store = logStore(sql);
	const following = Promise.all(tenants.map(({ org }) => follow(store, org, () => done)));
	const writing = tenants.map((tenant) => Promise.all(servers.map((server) => write(server.url, tenant))));
	const answers = (await Promise.all(writing)).map((both) => both.flat());
	done = true;

	for (const [index, seen] of (await following).entries()) {
		const ranges = (answers[index] ?? []).sort((a, b) => a.first_seq - b.first_seq);
		expect(ranges.flatMap(({ first_seq, last_seq }) => numbers(first_seq, last_seq))).toEqual(
			seen.map(({ seq }) => seq)
		);
		expect(ranges.every(({ accepted, first_seq, last_seq }) => last_seq - first_seq + 1 === accepted)).toBe(
			true
		);
		const received = seen.map(({ received }) => received);
		expect(received).toEqual(received.toSorted((a, b) => a - b));
	}
	await stopAll(); // its sessions report what they counted when they end
	const [{ deadlocks }] = await sql<[{ deadlocks: number }]>`
		SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`;
	expect(deadlocks).toBe(0);
});
