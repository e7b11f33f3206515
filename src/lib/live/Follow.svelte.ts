/**
 * Follows the end of a scrolling list, or leaves it alone. Following means that the end is in view and stays there while
 * content arrives. The reader locks it by scrolling up, selecting text or pressing on a line; then nothing here moves the list,
 * and changes in it happen around the first row in view. Scrolling down, the reader reads on into what was held back meanwhile,
 * until nothing is left of it: there, or with `resume`, following starts again.
 *
 * Our own scrolling must never pass for the reader's, or the other way round. So following only ever stops on an act of the
 * reader (wheel, key, touch, press, selection) or when the position went *up*, which new content below and our own scrolling to
 * the end never do; and it only resumes when the position went *down* to the end.
 */
import { flushSync } from 'svelte';
import { on } from 'svelte/events';
import * as holdStill from './hold-still.ts';

/** What a list shows. */
export interface Content {
	/** The data attributes that hold its rows' numbers. */
	rows: readonly string[];
	/** Whether nothing follows what is shown. */
	endsAtTip(): boolean;
	/** The reader nears the end of what is shown: shows more below it, if there is more. */
	readOn(): void;
	/** The reader nears the beginning: shows more above it, if there is more. */
	readBack?(): void;
	/** Following resumes: shows what was held back. */
	resumed(): void;
}

/** A reading position: the number of the first row in view and how many pixels its top is below the top of the list. */
export interface ReadingPlace {
	row: number;
	top: number;
}

/** Fractional heights and zoom leave the end up to this many pixels away. */
const nearPx = 2;

const keysUp = new Set(['ArrowUp', 'PageUp', 'Home']);
const keysDown = new Set(['ArrowDown', 'PageDown', ' ']);

export class Follow {
	following = $state(true);
	readonly #content: Content;
	readonly #selector: string;
	#node: HTMLElement | null = null;
	#top = 0;
	/** Where the reader is, while not following. */
	#still: holdStill.Place | null = null;

	constructor(content: Content) {
		this.#content = content;
		this.#selector = content.rows.map((name) => `[data-${name}]`).join();
	}

	lock(): void {
		if (!this.following) return;
		this.following = false;
		this.#stay();
	}

	resume(): void {
		if (this.following) return;
		this.following = true;
		this.#toEnd();
		this.#content.resumed();
	}

	/** The numbers of the rows in view, even partly. */
	get inView(): number[] {
		if (!this.#node) return [];
		return holdStill.inView(this.#node, this.#selector).map((row) => this.#numberOf(row));
	}

	/** Where the reader is; null while following the end. */
	get place(): ReadingPlace | null {
		if (this.following || !this.#node) return null;
		const place = holdStill.placeOf(this.#node, this.#selector);
		return place && { row: this.#numberOf(place.row), top: place.top };
	}

	/** Goes to where the reader was, and stays there. If the list lacks the row, the next one is used. */
	goTo({ row, top }: ReadingPlace): void {
		this.lock();
		const rows = [...(this.#node?.querySelectorAll<HTMLElement>(this.#selector) ?? [])];
		const found =
			rows.find((element) => this.#numberOf(element) === row) ??
			rows.find((element) => this.#numberOf(element) >= row) ??
			rows.at(-1);
		if (this.#node && found) this.#settle({ row: found, top });
	}

	/** Scrolls the row with a number to the middle of the view, if the list has it. */
	center(row: number): void {
		const rows = this.#node?.querySelectorAll<HTMLElement>(this.#selector) ?? [];
		const found = [...rows].find((element) => this.#numberOf(element) === row);
		if (found) this.show(found);
	}

	/** Scrolls an element of the list to the middle of the view and stays there, even at the very end. */
	show(element: Element): void {
		this.lock();
		const node = this.#node;
		if (!node) return;
		const [view, box] = [node.getBoundingClientRect(), element.getBoundingClientRect()];
		node.scrollTop += box.top - view.top - Math.max(0, view.height - box.height) / 2;
		this.#stay();
	}

	/** Makes a change of the content during which nothing on the screen moves. */
	still = (change: () => void): void => {
		if (this.following || !this.#node) return change();
		const place = holdStill.placeOf(this.#node, this.#selector);
		flushSync(change);
		if (place) this.#settle(place);
	};

	/** Attach to the scrolling element; its content is its first child. */
	attach = (node: HTMLElement): (() => void) => {
		this.#node = node;
		node.style.overflowAnchor = 'none'; // see hold-still.ts
		const stop = [this.#watchSize(node), ...this.#watchReader(node)];
		if (this.following) this.#toEnd();
		return () => {
			this.#node = this.#still = null;
			for (const off of stop) off();
		};
	};

	/** Sizes are reported after layout and before paint: everything is in place before anyone sees it move. */
	#watchSize(node: HTMLElement): () => void {
		const observer = new ResizeObserver(() => {
			if (this.following) this.#toEnd();
			else if (this.#still) this.#settle(this.#still);
		});
		observer.observe(node);
		if (node.firstElementChild) observer.observe(node.firstElementChild);
		return () => observer.disconnect();
	}

	#watchReader(node: HTMLElement): (() => void)[] {
		let touchY = 0;
		return [
			on(node, 'scroll', () => this.#scrolled(node)),
			on(node, 'wheel', (event) => this.#wheeled(node, event), { passive: true }),
			on(node, 'keydown', ({ key, shiftKey }) => {
				if (keysUp.has(key)) this.#wentUp(node);
				if (keysDown.has(key) && !shiftKey) this.#wentDown(node);
			}),
			on(node, 'touchstart', (event) => (touchY = event.touches[0]?.clientY ?? 0), { passive: true }),
			on(
				node,
				'touchmove',
				(event) => {
					const moved = (event.touches[0]?.clientY ?? 0) - touchY;
					if (moved > 0) this.#wentUp(node);
					if (moved < 0) this.#wentDown(node);
				},
				{ passive: true }
			),
			// A line must not move away between press and release, or the click would hit another one.
			on(node, 'pointerdown', (event) => {
				if (event.pointerType === 'mouse' && event.button === 0 && event.target !== node) this.lock();
			}),
			on(document, 'selectionchange', () => {
				if (hasSelection(node)) this.lock();
			})
		];
	}

	#scrolled(node: HTMLElement): void {
		const moved = node.scrollTop - this.#top;
		this.#top = node.scrollTop;
		if (moved < -1 && !atEnd(node)) this.lock();
		if (this.following) return;
		this.#stay();
		if (moved > 0) this.#wentDown(node);
		if (moved < 0) this.#wentUp(node);
	}

	#wheeled(node: HTMLElement, event: WheelEvent): void {
		if (event.ctrlKey) return;
		if (event.deltaY < 0) this.#wentUp(node);
		// At the end there is nothing left to scroll, so no scroll event would show that the reader goes on.
		if (event.deltaY > 0 && !hasSelection(node)) this.#wentDown(node);
	}

	/** A list that fits has nothing to lock, but there may be more above it. */
	#wentUp(node: HTMLElement): void {
		if (canScroll(node)) this.lock();
		if (node.scrollTop < node.clientHeight) this.#content.readBack?.();
	}

	#wentDown(node: HTMLElement): void {
		if (this.following) return;
		if (!this.#content.endsAtTip()) {
			if (leftBelow(node) < node.clientHeight) this.#content.readOn();
		} else if (atEnd(node)) this.resume();
	}

	#toEnd(): void {
		if (!this.#node) return;
		this.#node.scrollTop = this.#node.scrollHeight;
		this.#top = this.#node.scrollTop;
	}

	/** The reader stays at the list's current position. */
	#stay(): void {
		if (!this.#node) return;
		this.#top = this.#node.scrollTop;
		this.#still = holdStill.placeOf(this.#node, this.#selector);
	}

	#settle(place: holdStill.Place): void {
		if (!this.#node) return;
		holdStill.bringBack(this.#node, place);
		this.#top = this.#node.scrollTop;
		this.#still = place.row.isConnected ? place : holdStill.placeOf(this.#node, this.#selector);
	}

	#numberOf(row: HTMLElement): number {
		return Number(this.#content.rows.map((name) => row.dataset[name]).find((number) => number !== undefined));
	}
}

function leftBelow(node: HTMLElement): number {
	return node.scrollHeight - node.clientHeight - node.scrollTop;
}

function atEnd(node: HTMLElement): boolean {
	return leftBelow(node) <= nearPx;
}

function canScroll(node: HTMLElement): boolean {
	return node.scrollHeight > node.clientHeight;
}

function hasSelection(node: HTMLElement): boolean {
	const selection = getSelection();
	return selection !== null && !selection.isCollapsed && node.contains(selection.anchorNode);
}
