import { dirname } from 'node:path';
import { Copies } from './copies.ts';
import * as fingerprint from './fingerprint.ts';
import type { Known } from './known-file.ts';
import * as moved from './moved.ts';
import * as revival from './revival.ts';
import { keyAt, keyOf, Selection, type Place, type Wanted } from './selection.ts';
import * as shape from './shape.ts';
import { TailedFile } from './tailed-file.ts';
import { Unreadable } from './unreadable.ts';
import { Watch } from './watch.ts';

/** A rotated file is closed once nothing was written to it for so long, in ms: programs reopen their logs late. */
const drainMs = 30_000;

export interface Plan {
	wanted: Wanted[];
	exclude: string[];
	/** Whether files that are there at the first start are read from their end. */
	fromEnd: boolean;
	asked: shape.Asked;
	/** Whether they are only read to their end. */
	once: boolean;
}

/** The files that patterns name, through rotation by rename and by copying. */
export class Files {
	readonly #plan: Plan;
	readonly #say: (message: string) => void;
	readonly #selection: Selection;
	readonly #around: revival.Surroundings;
	readonly #watch: Watch;
	/** Whether files are only read up to what is there now. */
	#isEnding: boolean;
	#tails: TailedFile[] = [];
	/** Known files that nothing names now. */
	#dormant: Known[];
	/** Of those, what is open until a request is repeated. */
	#borrowed: TailedFile[] = [];
	/** Known files that can't be read now. */
	#closed: Known[] = [];
	/** Whether nothing was known at the start, until the first look. */
	#isFirst: boolean;
	readonly #copies = new Copies();
	readonly unreadable: Unreadable;

	/** `known`: what an earlier run knew; null at the first start. `wake` is called when there may be something to read. */
	constructor(plan: Plan, known: Known[] | null, say: (message: string) => void, wake: () => void) {
		this.#plan = plan;
		this.#say = say;
		this.#watch = new Watch(wake);
		this.unreadable = new Unreadable(say);
		this.#isFirst = known === null;
		this.#isEnding = plan.once;
		this.#selection = new Selection(plan.wanted, plan.exclude);
		const all = new Set(known?.map(keyOf));
		const isOpen = (identity: fingerprint.Identity) => this.#tails.some((tail) => isAt(tail, identity));
		const isKnown = (identity: fingerprint.Identity) => all.has(keyOf(identity)) || isOpen(identity);
		this.#around = { asked: plan.asked, say, isOpen, isKnown, selection: this.#selection };
		const isWanted = ({ path }: Known) => this.#selection.has(path);
		this.#dormant = known?.filter((file) => !isWanted(file)) ?? [];
		this.#revive(known?.filter(isWanted) ?? []);
	}

	get tails(): readonly TailedFile[] {
		return this.#tails;
	}

	/** Whether a folder has changed since the last `scan`. */
	get hasNews(): boolean {
		return this.#watch.hasNews;
	}

	/** Whether new files wait for what becomes of others. */
	get isWaiting(): boolean {
		return this.#copies.size > 0;
	}

	/** How many files are not read yet, because they may be copies of others. */
	get unread(): number {
		return this.#copies.unread;
	}

	/** Opens those of the files that nothing names now, until `release`. */
	borrow(ids: Set<string>): void {
		for (const known of this.#dormant.filter(({ id }) => ids.has(id))) {
			const tail = this.#try(known.path, () => revival.revive(known, this.#around));
			if (!tail) continue;
			this.#push([tail]);
			this.#borrowed.push(tail);
			this.#dormant = this.#dormant.filter((other) => other !== known);
		}
	}

	release(): void {
		for (const tail of this.#borrowed) tail.close();
		this.#dormant.push(...this.#borrowed.map(({ known }) => known));
		this.#tails = this.#tails.filter((tail) => !this.#borrowed.includes(tail));
		this.#borrowed = [];
	}

	/** What the next run must know. */
	get known(): Known[] {
		const tails = this.#tails.filter((tail) => !isLeft(tail) || !tail.isDone);
		const now = tails.map((tail) => ({ ...tail.known, isSent: isSent(tail) }));
		return [...this.#dormant, ...this.#closed, ...now];
	}

	/** Looks for new files and for those that were renamed or removed. */
	scan(now: number): void {
		this.unreadable.begin();
		this.#copies.begin();
		this.#revive(this.#closed.splice(0));
		const found = this.#selection.find((path, error) => this.unreadable.note(path, error));
		for (const tail of this.#tails) {
			if (isLeft(tail)) continue;
			if (tail.fault) this.unreadable.note(tail.name, tail.fault);
			const paths = found.get(keyOf(tail.known));
			found.delete(keyOf(tail.known));
			if (!paths) tail.goneSince = this.#isHidden(tail) ? null : (tail.goneSince ?? now);
			else {
				tail.goneSince = null;
				const [place] = paths;
				if (place && !paths.some(({ path }) => path === tail.name)) tail.isAt(place.path);
			}
		}
		for (const [key, [place]] of found) if (place) this.#add(key, place, now);
		this.#isFirst = false;
		this.#retire(now);
		this.#watch.folders(this.#tails.map(({ known }) => dirname(known.real)));
	}

	/** To be called after bytes of a file were asked for. */
	looked(tail: TailedFile, now: number): void {
		if (tail.fault) this.unreadable.note(tail.name, tail.fault);
		if (tail.isTruncated) this.#mend(tail, now);
	}

	/** Goes on after a file was truncated: with a copy of what it had, and with the file from its start. */
	#mend(tail: TailedFile, now: number): void {
		const { known, readTo } = tail;
		const copy = moved.searchCopy(known, this.#around.isOpen);
		const { path } = known;
		if (copy && copy.size >= readTo) tail.moveTo(copy.file, copy.path);
		else {
			tail.finish(true);
			const rest = copy && { ...known, id: `${known.id}+`, offset: copy.size };
			const more = copy && rest && revival.resume(copy, rest, this.#plan.asked);
			if (more) this.#push([more], tail);
			else if (!copy) this.#say(`${path} was truncated: reading it from its start`);
		}
		tail.goneSince ??= now;
		this.scan(now);
	}

	/** From now on nothing is read but what is there now. */
	halt(): void {
		this.#isEnding = true;
		for (const tail of this.#tails) tail.halt();
	}

	close(): void {
		this.#watch.close();
		for (const tail of this.#tails) tail.close();
	}

	#add(key: string, { path, kind }: Place, now: number): void {
		const what = shape.of(kind, path, this.#plan.asked);
		if (!what) return;
		const atEnd = this.#isFirst && this.#plan.fromEnd;
		const tail = this.#try(path, () =>
			this.#waits(key, path, now) ? null : TailedFile.open(path, what, { atEnd })
		);
		if (tail) this.#push([tail]);
	}

	/** What this gives; null, and it is said, if the path can't be read. */
	#try<T>(path: string, act: () => T): T | null {
		try {
			return act();
		} catch (error) {
			this.unreadable.note(path, error);
			return null;
		}
	}

	/** Whether a file that was not found is where it was, as far as can be told, in a folder that is closed to us. */
	#isHidden({ name, known }: TailedFile): boolean {
		if (this.unreadable.size === 0) return false;
		let isUnknown = false;
		const key = keyAt(name, () => (isUnknown = true));
		return isUnknown || key === keyOf(known);
	}

	/** Whether a new file is, for now, taken for a copy of one that is about to be truncated: then `#mend` finds it. */
	#waits(key: string, path: string, now: number): boolean {
		return !this.#plan.once && !this.#isFirst && this.#copies.has(key, path, this.#tails, now);
	}

	/** Goes on with files that an earlier run knew, wherever they are now, and with what they became by rotation. */
	#revive(all: Known[]): void {
		const revived = all.map((known) => ({ known, tail: this.#reviveOne(known) }));
		// The latest first: what followed belongs behind it, not behind those before.
		for (const { known, tail } of revived.reverse()) {
			if (!tail) continue;
			const more = this.#try(tail.name, () => revival.followersOf(tail, known, this.#around)) ?? [];
			this.#push(more, tail);
		}
	}

	#reviveOne(known: Known): TailedFile | null {
		try {
			const tail = revival.revive(known, this.#around);
			if (tail) this.#push([tail]);
			return tail;
		} catch (error) {
			this.unreadable.note(known.path, error);
			this.#closed.push(known);
			return null;
		}
	}

	/** In their order, behind the one that they follow. Lines of what had their names before come first. */
	#push(more: TailedFile[], before = this.#tails.at(-1)): void {
		let at = before ? this.#tails.indexOf(before) + 1 : 0;
		for (const tail of more) {
			if (this.#isEnding) tail.halt();
			const former = this.#tails.slice(0, at).findLast((other) => hadName(other, tail.name));
			if (former) tail.follow(former);
			this.#tails.splice(at++, 0, tail);
		}
	}

	#retire(now: number): void {
		for (const tail of this.#tails) {
			const isGone = tail.goneSince !== null && now - tail.goneSince >= drainMs;
			if (isGone && tail.isRead && tail.quietFor(now) >= drainMs) tail.finish(true);
		}
		this.#tails = this.#tails.filter((tail) => !isLeft(tail) || !tail.isDone);
	}
}

const isAt = (tail: TailedFile, identity: fingerprint.Identity) =>
	!isLeft(tail) && fingerprint.isSame(tail.known, identity);

const hadName = ({ known }: TailedFile, name: string) => known.path === name || known.former === name;

const isSent = (tail: TailedFile) =>
	(tail.isLeaving || tail.known.former !== undefined) && tail.known.offset >= tail.size;

/** Whether no path leads to it and it is read to its end: then a file of the same identity is another one. */
const isLeft = (tail: TailedFile) => tail.isOver && tail.goneSince !== null;
