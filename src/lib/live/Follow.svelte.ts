/**
 * Follows the end of a scrolling list, or lets it be. Following means that the end is in view and stays there while
 * content comes. The reader locks it by going up, selecting text or pressing on a line; then nothing here moves the
 * list until the end is reached again or `resume` is called.
 *
 * What scrolls for us must never be taken for the reader and the other way round. So following is only ever left on
 * an act of the reader (wheel, key, touch, press, selection) or when the position went *up*, which new content below
 * and our own scrolling to the end never do; and it is only taken up again when the position went *down* to the end.
 */
import { on } from 'svelte/events';

/** Fractional heights and zoom leave the end up to so many pixels away. */
const nearPx = 2;

const keysUp = new Set(['ArrowUp', 'PageUp', 'Home']);

export class Follow {
	following = $state(true);
	readonly #onResume: () => void;
	readonly #endsAtTip: () => boolean;
	#node: HTMLElement | null = null;
	#top = 0;

	/**
	 * `onResume` brings what was held back. While `endsAtTip` is false the list is a stretch from the middle of a log:
	 * reaching its end takes up nothing.
	 */
	constructor(onResume: () => void, endsAtTip: () => boolean = () => true) {
		this.#onResume = onResume;
		this.#endsAtTip = endsAtTip;
	}

	lock(): void {
		this.following = false;
	}

	resume(): void {
		if (this.following) return;
		this.following = true;
		this.#toEnd();
		this.#onResume();
	}

	toggle(): void {
		if (this.following) this.lock();
		else this.resume();
	}

	/** Brings an element of the list to the middle of the view and stays there, even at the very end. */
	show(element: Element): void {
		this.lock();
		const node = this.#node;
		if (!node) return;
		const [view, box] = [node.getBoundingClientRect(), element.getBoundingClientRect()];
		node.scrollTop += box.top - view.top - Math.max(0, view.height - box.height) / 2;
		this.#top = node.scrollTop;
	}

	/** Attach to the element that scrolls; its content is its first child. */
	attach = (node: HTMLElement): (() => void) => {
		this.#node = node;
		const stop = [this.#watchSize(node), ...this.#watchReader(node)];
		// While locked the browser's own anchoring holds the lines still when something above them changes.
		$effect(() => {
			node.style.overflowAnchor = this.following ? 'none' : 'auto';
		});
		this.#toEnd();
		return () => {
			this.#node = null;
			for (const off of stop) off();
		};
	};

	/** Sizes are reported after layout and before paint: the end is in place before anybody sees it move. */
	#watchSize(node: HTMLElement): () => void {
		const observer = new ResizeObserver(() => {
			if (this.following) this.#toEnd();
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
			on(node, 'keydown', (event) => {
				if (keysUp.has(event.key) && canScroll(node)) this.lock();
			}),
			on(node, 'touchstart', (event) => (touchY = event.touches[0]?.clientY ?? 0), { passive: true }),
			on(
				node,
				'touchmove',
				(event) => {
					if ((event.touches[0]?.clientY ?? 0) > touchY && canScroll(node)) this.lock();
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
		if (moved > 0 && atEnd(node) && this.#endsAtTip()) this.resume();
		else if (moved < -1 && !atEnd(node)) this.lock();
	}

	#wheeled(node: HTMLElement, event: WheelEvent): void {
		if (event.ctrlKey) return;
		if (event.deltaY < 0 && canScroll(node)) this.lock();
		// At the end there is nothing left to scroll, so no scroll event would tell that the reader is back.
		if (event.deltaY > 0 && atEnd(node) && this.#endsAtTip() && !hasSelection(node)) this.resume();
	}

	#toEnd(): void {
		if (!this.#node) return;
		this.#node.scrollTop = this.#node.scrollHeight;
		this.#top = this.#node.scrollTop;
	}
}

function atEnd(node: HTMLElement): boolean {
	return node.scrollHeight - node.clientHeight - node.scrollTop <= nearPx;
}

function canScroll(node: HTMLElement): boolean {
	return node.scrollHeight > node.clientHeight;
}

function hasSelection(node: HTMLElement): boolean {
	const selection = getSelection();
	return selection !== null && !selection.isCollapsed && node.contains(selection.anchorNode);
}
