import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Said, Told } from './crowd.ts';

/** The process of all viewers (crowd.ts). */
export interface Audience {
	/** What it said last; null before that. */
	now(): Said | null;
	/** Resolves when every viewer has seen its organization's last line, or could not in time. */
	finish(heads: Record<string, number>, withinMs: number): Promise<Said>;
	stop(): void;
}

export function openAudience(begin: Omit<Extract<Told, { kind: 'begin' }>, 'kind'>): Audience {
	const child = fork(fileURLToPath(new URL('crowd.ts', import.meta.url)));
	const tell = (told: Told) => child.send(told);
	let last: Said | null = null;
	child.on('message', (said: Said) => (last = said));
	child.on('error', () => {}); // `exit` follows
	tell({ kind: 'begin', ...begin });

	async function finish(heads: Record<string, number>, withinMs: number): Promise<Said> {
		tell({ kind: 'finish', heads, withinMs });
		await once(child, 'exit');
		if (last?.kind !== 'end') throw new Error('the process of the viewers ended without a word');
		return last;
	}

	return { now: () => last, finish, stop: () => void child.kill('SIGKILL') };
}
