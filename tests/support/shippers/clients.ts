import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { line as scripted } from '../../shippers/clients/script.mjs';
import type { Entry } from '../../../src/lib/log/entry.ts';
import { bearer, numbers } from '../server/calls.ts';
import { root } from '../server/server.ts';

/** Where a client sends, and what of the lines (tests/shippers/clients/script.mjs). */
export interface Errand {
	/** The server's URL, without a slash at its end. */
	target?: string;
	/** For a client of a socket. */
	port?: number;
	key?: string;
	/** The number of the first line, and how many. */
	first?: number;
	count?: number;
	/** Further variables that the client knows. */
	env?: Record<string, string>;
}

/** A client that runs. */
export interface Running {
	/** What it has said so far. */
	said(): string;
	/** Lets one end that stays until it is told (script.mjs, mayEnd). */
	finish(): void;
	/** Resolves with its exit status. */
	ended: Promise<number | null>;
	/** Ends it where it is. */
	stop(): void;
}

/** Starts a program of tests/shippers/clients, in a process of its own. */
export function start(
	name: string,
	{ target = '', port = 0, key = '', first = 1, count = 1000, env }: Errand
): Running {
	const program = join(root, 'tests/shippers/clients', `${name}.mjs`);
	const variables = {
		TARGET: target,
		PORT: String(port),
		KEY: key,
		FIRST: String(first),
		COUNT: String(count),
		...env
	};
	const child = spawn(process.execPath, [program], { env: { PATH: process.env.PATH, ...variables } });
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => (said += text));
	const ended = once(child, 'close').then(([code]) => code as number | null);
	return {
		said: () => said,
		finish: () => void child.stdin.end(),
		ended,
		stop: () => void child.kill('SIGKILL')
	};
}

/** Runs it to its end, which must be a good one. */
export async function run(name: string, errand: Errand): Promise<void> {
	const running = start(name, errand);
	const status = await running.ended;
	expect({ status, said: status === 0 ? '' : running.said() }).toEqual({ status: 0, said: '' });
}

/** All lines of an organization, in the order of their arrival. */
export async function stored(url: string, key: string): Promise<Entry[]> {
	const entries: Entry[] = [];
	for (let after: number | null = 0; after !== null;) {
		const response = await fetch(`${url}/api/logs?after=${after}&limit=1000`, { headers: bearer(key) });
		if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
		const page = (await response.json()) as { logs: Entry[]; next: number | null };
		entries.push(...page.logs);
		after = page.next;
	}
	return entries;
}

/** What of a line a client's protocol cannot carry, or carries otherwise. */
export interface Expected {
	service: string;
	host?: string | null;
	first?: number;
	count?: number;
	/** Times are those of the lines, to this many ms; null if the protocol sends none. 0 by default. */
	timeWithinMs?: number | null;
	/** Whether lines arrive in their order. */
	inOrder?: boolean;
	/** The message that a line becomes, if it is not the same. */
	messageOf?(message: string): string;
}

/** Every line is there once, and is what its client said. */
export function expectScript(entries: readonly Entry[], expected: Expected): void {
	const { service, first = 1, count = 1000, timeWithinMs = 0, inOrder = true } = expected;
	const { messageOf = (message: string) => message } = expected;
	const numberOf = ({ message }: Entry) => Number(/line (\d+)/.exec(message)?.[1]);
	const sorted = inOrder ? entries : entries.toSorted((a, b) => numberOf(a) - numberOf(b));
	const found = sorted.map(numberOf);
	const wanted = numbers(first, first + count - 1);
	const missing = wanted.filter((n) => !found.includes(n));
	const doubled = found.filter((n, index) => found.indexOf(n) !== index);
	expect({ missing: missing.slice(0, 5), doubled: doubled.slice(0, 5) }).toEqual({
		missing: [],
		doubled: []
	});
	expect(found).toEqual(wanted);
	for (const entry of sorted) {
		const { message, level, time } = scripted(numberOf(entry));
		expect(entry).toMatchObject({ message: messageOf(message), level, service });
		if (expected.host !== undefined) expect(entry.host).toBe(expected.host);
		if (timeWithinMs !== null)
			expect(Math.abs(Date.parse(entry.time) - time.getTime())).toBeLessThanOrEqual(timeWithinMs);
	}
}
