import { spawn, type ChildProcess } from 'node:child_process';
import { Assembly } from '../delivery/assembly.ts';
import { Lines } from '../delivery/lines.ts';
import * as journal from './journal-line.ts';
import type { Asked } from './shape.ts';
import type { Place, Portion, Source } from './source.ts';

/** UTF-16 units that may wait; then journalctl waits, too. */
const most = 512 * 1024;
/** Bytes of a line of journalctl: a field may have 64 MiB, but a message is cut at 256 KiB, of which each byte may be four. */
const longestLine = 8 * 1024 * 1024;
/** Before journalctl is started again, in ms. */
const pause = 1_000;
/** Ends in a row, without an entry between, after which it is given up. */
const mostFailures = 5;

export interface JournalOptions {
	asked: Asked;
	hostAsked: boolean;
	/** Null: from `fromEnd`. */
	cursor: string | null;
	fromEnd: boolean;
	/** Only what is there now. */
	once: boolean;
	/** A folder of journal files instead of the system's. */
	folder: string | null;
	wake(): void;
	/** It cannot be read. */
	fail(fault: string): void;
}

/** The system's journal, as journalctl prints it. */
export class Journal implements Source {
	readonly id = 'journal';
	readonly name = 'the journal';
	readonly isLeaving = false;
	readonly waits = false;
	readonly #options: JournalOptions;
	#child: ChildProcess | null = null;
	#assembly: Assembly;
	/** Entries are counted; these are their cursors, from the one after `#taken` on. */
	#cursors: string[] = [];
	#first = 0;
	#taken: string | null;
	#confirmed: string | null;
	#isOver = false;
	#failures = 0;
	#retry: NodeJS.Timeout | undefined;

	constructor(options: JournalOptions) {
		this.#options = options;
		this.#taken = this.#confirmed = options.cursor;
		this.#assembly = this.#newAssembly();
	}

	get taken(): string | null {
		return this.#taken;
	}

	get cursor(): string | null {
		return this.#confirmed;
	}

	get isSpent(): boolean {
		return this.#isOver && this.#cursors.length === 0;
	}

	/** Whether entries came that the server does not have. */
	get isBehind(): boolean {
		return this.#cursors.length > 0 || this.#confirmed !== this.#taken;
	}

	get due(): number {
		return this.#assembly.due;
	}

	/** Begins to read behind what is taken; resolves when it is known where that is. */
	async begin(): Promise<void> {
		if (this.#taken === null && this.#options.fromEnd)
			this.#taken = this.#confirmed = await this.#lastCursor();
		if (!this.#isOver) this.#start();
	}

	#start(): void {
		const { once, fromEnd } = this.#options;
		const words = once
			? []
			: ['--follow', ...(this.#taken === null && fromEnd ? ['--lines=0'] : ['--no-tail'])];
		const child = (this.#child = this.#spawn(words));
		const lines = new Lines(longestLine);
		let said = '';
		child.stderr?.on('data', (bytes) => (said = `${said}${bytes}`.slice(-500)));
		child.stdout?.on('data', (bytes: Uint8Array) => {
			for (const { text } of lines.push(bytes)) this.#add(text);
			if (this.#assembly.units > most) child.stdout?.pause();
			this.#options.wake();
		});
		child.once('close', (status) => this.#ended(status, said.trim()));
	}

	take(_units: number, now: number): Portion[] {
		this.#assembly.settle(now);
		const portions = this.#assembly.take(now).map(({ to, ...rest }) => ({ ...rest, to: this.#cursorAt(to) }));
		this.#child?.stdout?.resume();
		return portions;
	}

	halt(): void {
		if (!this.#options.once) this.close();
	}

	/** While journalctl still prints, more may come. */
	finish(): void {
		if (this.#isOver) this.#assembly.finish();
	}

	confirm(to: Place): void {
		this.#confirmed = typeof to === 'string' ? to : this.#confirmed;
	}

	async replay(to: Place): Promise<Omit<Portion, 'to'> | null> {
		const assembly = this.#newAssembly();
		let count = 0;
		for await (const line of this.#print([])) {
			assembly.add({ ...line, from: count, to: ++count }, 0);
			if (line.cursor === to) return this.#whole(assembly);
		}
		return null;
	}

	skip(to: Place): void {
		this.confirm(to);
		this.#taken = this.#confirmed;
	}

	close(): void {
		this.#isOver = true;
		clearTimeout(this.#retry);
		this.#child?.kill();
	}

	#whole(assembly: Assembly): Omit<Portion, 'to'> {
		assembly.finish();
		const pieces = assembly.take(0);
		const lines = pieces.reduce((sum, piece) => sum + piece.lines, 0);
		return { lines, ndjson: pieces.map(({ ndjson }) => ndjson).join('') };
	}

	/** That of the last entry there is; null if there is none. */
	async #lastCursor(): Promise<string | null> {
		let last: string | null = null;
		for await (const { cursor } of this.#print(['--lines=1'])) last = cursor;
		return last;
	}

	/** What there is now. */
	async *#print(words: string[]) {
		const lines = new Lines(longestLine);
		for await (const bytes of this.#spawn(words).stdout ?? []) {
			for (const { text } of lines.push(bytes as Uint8Array)) {
				const line = this.#read(text);
				if (line) yield line;
			}
		}
	}

	#newAssembly(): Assembly {
		return new Assembly({ service: null, members: '' }, true, this.#first);
	}

	/** `--all`: also values that are long or not printable. */
	#spawn(words: string[]): ChildProcess {
		const { folder } = this.#options;
		const place = folder === null ? [] : [`--directory=${folder}`];
		const last = this.#cursors.at(-1) ?? this.#taken;
		const after = last === null ? [] : [`--after-cursor=${last}`];
		const all = ['--output=json', '--all', '--no-pager', '--quiet', ...place, ...after, ...words];
		const child = spawn('journalctl', all, { stdio: ['ignore', 'pipe', 'pipe'] });
		child.once('error', (error) => {
			this.#isOver = true;
			this.#options.fail(`journalctl cannot be run (${error.message})`);
		});
		return child;
	}

	#read(text: string) {
		const line = journal.read(text, this.#options.asked, this.#options.hostAsked);
		return line && { ...line, isPart: false, isWhole: line.stream === null, stream: line.stream ?? '' };
	}

	#add(text: string): void {
		const line = this.#read(text);
		if (!line) return;
		this.#failures = 0;
		const from = this.#first + this.#cursors.length;
		this.#cursors.push(line.cursor);
		this.#assembly.add({ ...line, from, to: from + 1 }, performance.now());
	}

	/** That of the last entry before this number. */
	#cursorAt(to: number): string {
		const cursor = this.#cursors[to - this.#first - 1] ?? '';
		this.#cursors.splice(0, to - this.#first);
		this.#first = to;
		this.#taken = cursor;
		return cursor;
	}

	#ended(status: number | null, said: string): void {
		this.#child = null;
		if (this.#isOver) return;
		if (this.#options.once && status === 0) this.#isOver = true;
		else if (++this.#failures > mostFailures || this.#options.once) {
			this.#isOver = true;
			this.#options.fail(`journalctl ended with status ${status} (${said})`);
		} else this.#retry = setTimeout(() => this.#start(), pause);
		this.#options.wake();
	}
}
