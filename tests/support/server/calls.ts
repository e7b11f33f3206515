import { expect } from 'vitest';
import type { Sender } from '../logs/sender.ts';
import type { Viewer } from '../logs/viewer.ts';

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** POST /api/logs. */
export function send(url: string, key: string, body: string, headers: Record<string, string> = {}) {
	return fetch(`${url}/api/logs`, { method: 'POST', body, headers: { ...bearer(key), ...headers } });
}

/** The number of the newest line, according to the API. */
export async function headOf(url: string, key: string): Promise<number> {
	const response = await fetch(`${url}/api/logs?limit=1`, { headers: bearer(key) });
	return ((await response.json()) as { head: number }).head;
}

/** One value of /metrics, by its name and its labels as they stand there. */
export async function metric(
	url: string,
	name: string,
	headers: Record<string, string> = {}
): Promise<number> {
	const text = await (await fetch(`${url}/metrics`, { headers })).text();
	const row = text.split('\n').find((row) => row.startsWith(`${name} `));
	return Number(row?.slice(name.length + 1));
}

export const numbers = (first: number, last: number) =>
	Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Every number up to `head` once and in order, no duplicates, and each acknowledged line where it was promised. */
export function expectWhole(viewer: Viewer, senders: readonly Sender[], head: number): void {
	expect(viewer.lines.map(({ seq }) => seq)).toEqual(numbers(1, head));
	expect(viewer.lines.filter(({ id, seq }) => id !== seq)).toEqual([]);
	expect(new Set(viewer.lines.map(({ message }) => message)).size).toBe(head);
	for (const { acknowledged } of senders) {
		const shown = new Map([...acknowledged.keys()].map((seq) => [seq, viewer.lines[seq - 1]?.message]));
		expect(shown).toEqual(acknowledged);
	}
}
