import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as lock from './lock.ts';
import type { Known } from './known-file.ts';
import type { Place } from './source.ts';

/** A request that may have reached the server: repeated with its key, its lines are stored once. */
export interface Pending {
	key: string;
	parts: { id: string; from: Place; to: Place }[];
}

/** How far everything has been sent. */
export interface Progress {
	files: Known[];
	/** Of the journal. */
	cursor: string | null;
	pending: Pending | null;
}

export type Opened =
	{ ok: true; state: State; progress: Progress | null } | { ok: false; isFull: boolean; fault: string };

/** The folder for it, unless told otherwise: systemd's StateDirectory=, or that of the user. */
export function usualFolder(env: NodeJS.ProcessEnv): string {
	const [given] = (env.STATE_DIRECTORY ?? '').split(':');
	if (given) return given;
	return join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'tailrace');
}

/** The file that says how far everything has been sent. One process has it at a time. */
export class State {
	readonly #folder: string;
	#written = '';

	private constructor(folder: string) {
		this.#folder = folder;
	}

	/** `progress` is null at the first start. */
	static open(folder: string): Opened {
		const state = new State(folder);
		const file = join(folder, 'ship.json');
		try {
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			const holder = lock.take(join(folder, 'ship.lock'));
			if (holder !== null)
				return { ok: false, isFull: false, fault: `process ${holder} is using the state in ${folder}` };
			const text = readIfThere(file);
			const progress = text === null ? null : parse(text);
			if (text !== null && !progress)
				return { ok: false, isFull: false, fault: `${file} is damaged. ${advice}` };
			if (progress) state.save(progress);
			return { ok: true, state, progress };
		} catch (error) {
			const { code = '', message } = error as NodeJS.ErrnoException;
			if (!full.has(code))
				return { ok: false, isFull: false, fault: `the state in ${folder} cannot be used (${message})` };
			state.close();
			return { ok: false, isFull: true, fault: `can't write the state (${message})` };
		}
	}

	/** On the disk when it returns; throws if that cannot be. The file before stays whole until then. */
	save({ files, cursor, pending }: Progress): void {
		const text = `${JSON.stringify({ version: 1, files, cursor, pending })}\n`;
		if (text === this.#written) return;
		const temporary = join(this.#folder, 'ship.json.new');
		const file = openSync(temporary, 'w', 0o600);
		try {
			writeFileSync(file, text);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(temporary, join(this.#folder, 'ship.json'));
		this.#written = text;
	}

	close(): void {
		lock.release(join(this.#folder, 'ship.lock'));
	}
}

/** Of errors of a full disk, or of one on which no more is allowed. */
const full = new Set(['ENOSPC', 'EDQUOT']);

const advice =
	'Nothing is sent, because everything could be sent twice: put back a copy, or remove it and start with --from beginning or --from end.';

function readIfThere(file: string): string | null {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		return null;
	}
}

/** Null if it is not what `save` writes. */
function parse(text: string): Progress | null {
	try {
		const value = JSON.parse(text) as Progress & { version: unknown };
		const { files, cursor, pending } = value;
		const isWhole =
			value.version === 1 &&
			Array.isArray(files) &&
			files.every(isKnown) &&
			(cursor === null || typeof cursor === 'string') &&
			(pending === null || isPending(pending));
		return isWhole ? { files, cursor, pending } : null;
	} catch {
		return null; // not JSON
	}
}

function isKnown(value: Partial<Known> | null): boolean {
	const { offset = -1, head, seal, ...texts } = value ?? {};
	const names = [texts.id, texts.kind, texts.path, texts.real, texts.dev, texts.ino];
	const isMark = (mark: Known['head'] | undefined) => isOffset(mark?.at) && typeof mark?.hash === 'string';
	return names.every((name) => typeof name === 'string') && isOffset(offset) && isMark(head) && isMark(seal);
}

const isOffset = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

function isPending(value: Partial<Pending>): boolean {
	const { key, parts } = value;
	return typeof key === 'string' && Array.isArray(parts) && parts.every(({ id }) => typeof id === 'string');
}
