import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { Ending } from './ending.ts';
import { Entries } from './entries.ts';
import * as fingerprint from './fingerprint.ts';
import * as knownFile from './known-file.ts';
import type { Known } from './known-file.ts';
import * as regularFile from './regular-file.ts';
import type { Shape } from './shape.ts';
import type { Place, Portion, Source } from './source.ts';

/** All files are read through it, one after the other. */
const buffer = Buffer.allocUnsafeSlow(32 * 1024);

/** One open file, read line by line as it grows. */
export class TailedFile implements Source {
	readonly shape: Shape;
	#known: Known;
	#file: number;
	#readTo: number;
	readonly #ending = new Ending();
	#entries: Entries;
	#isOver = false;
	/** Nothing behind it is read. */
	#limit = Infinity;
	/** The file that it follows, and up to where that one comes first. */
	#before: { tail: TailedFile; until: number } | null = null;
	/** Whether it no longer has the bytes that were read: it was emptied or written anew. */
	isTruncated = false;
	/** Why its last bytes could not be read, if so: it is tried again. */
	fault: Error | null = null;
	/** Since when no path leads to it, if so, by performance.now(). */
	goneSince: number | null = null;
	#grewAt = performance.now();
	#seen = { size: -1, mtimeMs: -1 };

	private constructor(file: number, known: Known, shape: Shape) {
		this.#file = file;
		this.#known = known;
		this.shape = shape;
		this.#readTo = known.offset;
		this.#ending.read(file, known.offset);
		this.#entries = new Entries(shape, known.offset);
	}

	/** One that was not read before; null if it is gone. Throws if it can't be read. */
	static open(path: string, shape: Shape, beginning: knownFile.Beginning = {}): TailedFile | null {
		const opened = knownFile.open(path, shape.kind, beginning);
		return opened && new TailedFile(opened.file, opened.known, shape);
	}

	/** A known one in an open file that holds its bytes. */
	static resume(file: number, path: string, known: Known, shape: Shape): TailedFile {
		const place = { real: regularFile.realOf(path), ...fingerprint.identityOf(file) };
		return new TailedFile(file, { ...known, ...place }, shape);
	}

	get id(): string {
		return this.#known.id;
	}

	get name(): string {
		return this.#known.path;
	}

	get known(): Readonly<Known> {
		return this.#known;
	}

	/** The open file; not after it is over. */
	get file(): number {
		return this.#file;
	}

	get size(): number {
		return this.#isOver ? this.#readTo : fstatSync(this.#file).size;
	}

	/** Up to where it was read. */
	get readTo(): number {
		return this.#readTo;
	}

	get taken(): number {
		return this.#entries.taken;
	}

	get isSpent(): boolean {
		const isRead = this.#isOver || this.#readTo >= this.#limit || this.fault !== null;
		return isRead && this.#hasGiven(Infinity);
	}

	/** Whether there is nothing to read now. */
	get isRead(): boolean {
		return this.#readTo >= Math.min(this.#limit, this.size);
	}

	/** Whether it reads nothing more, not even what comes later. */
	get isOver(): boolean {
		return this.#isOver;
	}

	/** Whether the server has all of it, so that it can be forgotten. */
	get isDone(): boolean {
		return this.#isOver && this.#known.offset >= this.#readTo;
	}

	/** Whether it still has the bytes that were read. */
	get isIntact(): boolean {
		return !this.isTruncated && this.#isSame();
	}

	get isLeaving(): boolean {
		return this.goneSince !== null;
	}

	get waits(): boolean {
		const before = this.#before;
		if (before && (before.tail.fault || before.tail.#gave(before.until))) this.#before = null;
		return this.#before !== null;
	}

	get due(): number {
		return this.#entries.due;
	}

	/** Bytes of whole lines that the server does not have. */
	get left(): number {
		if (this.#isOver) return this.#readTo - this.#known.offset;
		const size = Math.min(this.#limit, this.size);
		return Math.max(0, (this.#readTo < size ? size : this.#readTo - this.#entries.held) - this.#known.offset);
	}

	/** How long it has not grown, in ms. */
	quietFor(now: number): number {
		return now - this.#grewAt;
	}

	/** It comes after this one: the lines that one has now are given first. */
	follow(tail: TailedFile): void {
		this.#before = { tail, until: Math.min(tail.#limit, tail.size) };
	}

	take(units: number, now: number): Portion[] {
		while (!this.#isOver && !this.isTruncated && this.#entries.units < units && this.#advance(now));
		return this.#entries.take(now);
	}

	/** From now on it reads nothing but what is there now. */
	halt(): void {
		if (!this.#isOver) this.#limit = this.size;
	}

	finish(isOver: boolean): void {
		if (isOver && !this.#isOver) {
			this.#entries.end(performance.now());
			this.close();
		}
		this.#entries.finish();
	}

	confirm(to: Place): void {
		this.#known.offset = Number(to);
		if (this.#isOver || this.isTruncated) return;
		const seal = fingerprint.mark(this.#file, this.#known.offset);
		// Checked afterwards: of a file that is written anew these would be the bytes of another.
		if (seal && this.#isSame()) this.#known.seal = seal;
	}

	async replay(to: Place): Promise<Omit<Portion, 'to'> | null> {
		const entries = new Entries(this.shape, this.taken);
		for (let at = this.taken; at < Number(to);) {
			const count = readSync(this.#file, buffer, 0, Math.min(buffer.length, Number(to) - at), at);
			if (count === 0) return null;
			entries.add(buffer.subarray(0, count), 0);
			at += count;
		}
		return entries.whole();
	}

	skip(to: Place): void {
		this.#goOnAt(Number(to));
		this.confirm(to);
	}

	/** It was found under another name. */
	isAt(path: string): void {
		this.#known = { ...this.#known, path, former: this.#known.path, real: regularFile.realOf(path) };
	}

	/** Goes on in another file, which holds the same bytes: a copy made before this one was truncated. */
	moveTo(file: number, path: string): void {
		closeSync(this.#file);
		this.#file = file;
		this.#known = { ...this.#known, real: regularFile.realOf(path), ...fingerprint.identityOf(file) };
		this.isTruncated = false;
		this.#goOnAt(this.taken);
	}

	close(): void {
		if (!this.#isOver) closeSync(this.#file);
		this.#isOver = true;
	}

	/** Whether what was read up to there is taken, but for a line whose end is still to come. */
	#hasGiven(until: number): boolean {
		return this.taken >= Math.min(until, this.#readTo - this.#entries.held);
	}

	/** The same, and it was read up to there, if it is still so long. */
	#gave(until: number): boolean {
		return this.#readTo >= Math.min(until, this.size) && this.#hasGiven(until);
	}

	#goOnAt(at: number): void {
		this.#readTo = at;
		this.#ending.read(this.#file, at);
		this.#entries = new Entries(this.shape, at);
		this.#seen = { size: -1, mtimeMs: -1 };
	}

	/** Reads the next bytes; false if there are none. */
	#advance(now: number): boolean {
		const { size, mtimeMs } = fstatSync(this.#file);
		const isStill = size === this.#readTo && size === this.#seen.size && mtimeMs === this.#seen.mtimeMs;
		if (isStill) return false;
		const most = Math.min(buffer.length, this.#limit - this.#readTo);
		const count = most > 0 ? this.#read(most) : 0;
		if (!this.#isSame()) {
			this.isTruncated = true;
			return false;
		}
		this.#seen = { size, mtimeMs };
		if (count === 0) return false;
		this.#entries.add(buffer.subarray(0, count), now);
		this.#ending.add(buffer.subarray(0, count));
		this.#readTo += count;
		this.#grewAt = now;
		return true;
	}

	/** The bytes behind those that were read: how many there are. */
	#read(most: number): number {
		try {
			const count = readSync(this.#file, buffer, 0, most, this.#readTo);
			this.fault = null;
			return count;
		} catch (error) {
			this.fault = error as Error;
			return 0;
		}
	}

	/** Whether it still has the bytes that were read. Makes more of its first bytes known. */
	#isSame(): boolean {
		const { size } = fstatSync(this.#file);
		if (size < this.#readTo || !this.#ending.isIn(this.#file, this.#readTo)) return false;
		if (!fingerprint.holds(this.#file, this.#known.head)) return false;
		if (fingerprint.canGrow(this.#known.head, size)) this.#known.head = fingerprint.head(this.#file, size);
		return true;
	}
}
