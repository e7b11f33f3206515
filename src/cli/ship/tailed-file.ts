import { closeSync, fstatSync, readSync } from 'node:fs';
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { Assembly } from '../delivery/assembly.ts';
import { Lines } from '../delivery/lines.ts';
import * as fingerprint from './fingerprint.ts';
import * as regularFile from './regular-file.ts';
import type { Kind, Shape } from './shape.ts';
import type { Place, Portion, Source } from './source.ts';

/** What is kept of a file to recognize it, and to go on where it was left. */
export interface Known extends fingerprint.Identity {
	id: string;
	kind: Kind;
	/** As it was found, and where links led. */
	path: string;
	real: string;
	offset: number;
	head: fingerprint.Mark;
	/** The bytes before an offset that the server has: a copy has the same ones. */
	seal: fingerprint.Mark;
}

/** All files are read through it, one after the other. */
const buffer = Buffer.allocUnsafeSlow(32 * 1024);
const lineFeed = 0x0a;
/** Bytes: the longest message. Longer lines come in pieces, of which every file may hold one. */
const longestLine = 256 * 1024;

/** One open file, read line by line as it grows. */
export class TailedFile implements Source {
	readonly shape: Shape;
	#known: Known;
	#file: number;
	#readTo: number;
	#taken: number;
	#lines: Lines;
	#assembly: Assembly;
	#isOver = false;
	/** Nothing behind it is read. */
	#limit = Infinity;
	/** Whether it no longer has the bytes that were read: it was emptied or written anew. */
	isTruncated = false;
	/** Why its last bytes could not be read, if so: it is tried again. */
	fault: Error | null = null;
	/** Where it was before it was renamed. */
	former: string | null = null;
	/** Since when no path leads to it, if so, by performance.now(). */
	goneSince: number | null = null;
	#grewAt = performance.now();
	#seen = { size: -1, mtimeMs: -1 };

	private constructor(file: number, known: Known, shape: Shape) {
		this.#file = file;
		this.#known = known;
		this.shape = shape;
		this.#readTo = this.#taken = known.offset;
		[this.#lines, this.#assembly] = this.#begin(known.offset);
	}

	/**
	 * One that was not read before; null if it is gone. `atEnd`: only what comes from now on. `name`: what it is called, if not
	 * by its path. Throws if it cannot be read.
	 */
	static open(path: string, shape: Shape, { atEnd = false, name = path } = {}): TailedFile | null {
		const file = regularFile.open(path);
		if (file === null) return null;
		try {
			const { size } = fstatSync(file);
			const offset = atEnd ? lastLine(file, size) : 0;
			const head = fingerprint.head(file, size);
			const seal = fingerprint.mark(file, offset) ?? head;
			const identity = fingerprint.identityOf(file);
			const place = { kind: shape.kind, path: name, real: regularFile.realOf(path), ...identity };
			return new TailedFile(file, { id: randomUUID(), offset, head, seal, ...place }, shape);
		} catch (error) {
			closeSync(file);
			throw error;
		}
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

	get taken(): number {
		return this.#taken;
	}

	get isSpent(): boolean {
		const isRead = this.#isOver || this.#readTo >= this.#limit || this.fault !== null;
		return isRead && this.#taken >= this.#readTo - this.#lines.held;
	}

	/** Whether there is nothing to read now. */
	get isRead(): boolean {
		return this.#isOver || this.#readTo >= Math.min(this.#limit, this.size);
	}

	/** Whether it reads nothing more, not even what comes later. */
	get isOver(): boolean {
		return this.#isOver;
	}

	/** Whether the server has all of it, so that it can be forgotten. */
	get isDone(): boolean {
		return this.#isOver && this.#known.offset >= this.#readTo;
	}

	get isLeaving(): boolean {
		return this.goneSince !== null;
	}

	get due(): number {
		return this.#assembly.due;
	}

	/** Bytes of whole lines that the server does not have. */
	get left(): number {
		if (this.#isOver) return this.#readTo - this.#known.offset;
		const size = Math.min(this.#limit, fstatSync(this.#file).size);
		return Math.max(0, (this.#readTo < size ? size : this.#readTo - this.#lines.held) - this.#known.offset);
	}

	/** How long it has not grown, in ms. */
	quietFor(now: number): number {
		return now - this.#grewAt;
	}

	take(units: number, now: number): Portion[] {
		while (!this.#isOver && !this.isTruncated && this.#assembly.units < units && this.#advance(now));
		this.#assembly.settle(now);
		const portions = this.#assembly.take(now);
		this.#taken = portions.at(-1)?.to ?? this.#taken;
		return portions;
	}

	/** From now on it reads nothing but what is there now. */
	halt(): void {
		if (!this.#isOver) this.#limit = fstatSync(this.#file).size;
	}

	finish(isOver: boolean): void {
		if (isOver && !this.#isOver) {
			for (const line of this.#lines.end()) this.#assembly.add(this.shape.decode(line), performance.now());
			this.#isOver = true;
			closeSync(this.#file);
		}
		this.#assembly.finish();
	}

	confirm(to: Place): void {
		this.#known.offset = Number(to);
		if (this.#isOver || this.isTruncated) return;
		const seal = fingerprint.mark(this.#file, this.#known.offset);
		// Checked afterwards: of a file that is written anew these would be the bytes of another.
		if (seal && this.#isSame()) this.#known.seal = seal;
	}

	async replay(to: Place): Promise<Omit<Portion, 'to'> | null> {
		const [lines, assembly] = this.#begin(this.#taken);
		for (let at = this.#taken; at < Number(to);) {
			const count = readSync(this.#file, buffer, 0, Math.min(buffer.length, Number(to) - at), at);
			if (count === 0) return null;
			for (const line of lines.push(buffer.subarray(0, count))) assembly.add(this.shape.decode(line), 0);
			at += count;
		}
		for (const line of lines.end()) assembly.add(this.shape.decode(line), 0);
		assembly.finish();
		const pieces = assembly.take(0);
		const all = pieces.map(({ ndjson }) => ndjson).join('');
		return { lines: pieces.reduce((sum, { lines }) => sum + lines, 0), ndjson: all };
	}

	skip(to: Place): void {
		this.#goOnAt(Number(to));
		this.confirm(to);
	}

	/** It was found under another name. */
	isAt(path: string): void {
		this.former = this.#known.path;
		this.#known = { ...this.#known, path, real: regularFile.realOf(path) };
	}

	/** Goes on in another file, which holds the same bytes: a copy made before this one was truncated. */
	moveTo(file: number, path: string): void {
		closeSync(this.#file);
		this.#file = file;
		this.#known = { ...this.#known, real: regularFile.realOf(path), ...fingerprint.identityOf(file) };
		this.isTruncated = false;
		this.#goOnAt(this.#taken);
	}

	/** The open file; not after it is over. */
	get file(): number {
		return this.#file;
	}

	get size(): number {
		return fstatSync(this.#file).size;
	}

	/** Whether it still has the bytes that were read. */
	get isIntact(): boolean {
		return !this.isTruncated && this.#isSame();
	}

	/** Up to where it was read. */
	get readTo(): number {
		return this.#readTo;
	}

	close(): void {
		if (!this.#isOver) closeSync(this.#file);
		this.#isOver = true;
	}

	#begin(at: number): [Lines, Assembly] {
		return [new Lines(longestLine, at), new Assembly(this.shape.origin, true, at)];
	}

	#goOnAt(at: number): void {
		this.#readTo = this.#taken = at;
		[this.#lines, this.#assembly] = this.#begin(at);
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
		for (const line of this.#lines.push(buffer.subarray(0, count))) {
			this.#assembly.add(this.shape.decode(line), now);
		}
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
		if (size < this.#readTo || !fingerprint.holds(this.#file, this.#known.head)) return false;
		if (fingerprint.canGrow(this.#known.head, size)) this.#known.head = fingerprint.head(this.#file, size);
		return true;
	}
}

/** Where the line begins that a file of this size ends in. */
function lastLine(file: number, size: number): number {
	const from = Math.max(0, size - buffer.length);
	const count = readSync(file, buffer, 0, buffer.length, from);
	const feed = buffer.subarray(0, count).lastIndexOf(lineFeed);
	return feed < 0 ? size : from + feed + 1;
}
