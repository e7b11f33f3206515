import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEntry } from '../../log/entry.ts';
import { announcement } from './announcement.ts';
import type { Deploy } from './deploy.ts';

/** Appends a line to the logs of an organization, once for each key; false when it must be tried again. */
export type AppendOnce = (org: string, entry: NewEntry, idempotencyKey: string) => Promise<boolean>;

/** How often, and with how many ms in between, a line is tried while the logs cannot be written. */
const mostTries = 300;
const between = 1_000;

/** Tells the logs what became of deploys, in the order in which it is told; while they cannot be written, later. */
export function announcer(append: AppendOnce, failed: (error: unknown) => void) {
	let last: Promise<void> = Promise.resolve();

	async function announce(org: string, deploy: Deploy): Promise<void> {
		const { id, status, finished_at, last_append_at } = deploy;
		const key = `deploy ${id} ${status} ${finished_at ?? last_append_at}`;
		for (let tries = 0; tries < mostTries; tries++, await sleep(between, undefined, { ref: false })) {
			if (await append(org, announcement(deploy), key)) return;
		}
	}

	return (org: string, deploy: Deploy) => void (last = last.then(() => announce(org, deploy)).catch(failed));
}
