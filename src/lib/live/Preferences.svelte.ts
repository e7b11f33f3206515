import { createSubscriber } from 'svelte/reactivity';
import * as paneWidth from './pane-width.ts';
import type { Zone } from './time.ts';

const storageKey = 'tailrace.lines';

interface Choice {
	wrap: boolean;
	utc: boolean;
	/** Whether lines end with their attributes; null where the width decides. */
	attributes: boolean | null;
	/** Whether the fields are shown beside the lines; null where the width decides. */
	fields: boolean | null;
	/** The width of the open entry, in px; null for the usual one. */
	entry: number | null;
}

/** Screens this wide have room for the fields, in px; on narrow ones they cover the lines, so they open only when asked to. */
const roomy = 1600;
const narrow = 721; // app.css, --breakpoint-wide

const usual: Choice = { wrap: false, utc: false, attributes: null, fields: null, entry: null };

/** How the reader wants lines shown: remembered in this browser, and the same in all its tabs. */
export class Preferences {
	/** Until `load` in UTC: the server does not know the reader's zone. */
	#choice: Choice = { ...usual, utc: true, fields: false };
	#isLoaded = false;
	/** Whether the fields cover the lines now, on a narrow screen. */
	#isCovered = false;
	/** Renews whatever shows a preference. */
	#update = () => {};

	/** Other tabs are listened to while something shows a preference; beginning again takes up what they chose meanwhile. */
	readonly #subscribe = createSubscriber((update) => {
		this.#update = update;
		if (this.#isLoaded) this.#choice = saved() ?? this.#choice;
		const onStorage = ({ key }: StorageEvent) => {
			if (key === storageKey || key === null) this.load(); // null: all of the storage was cleared
		};
		addEventListener('storage', onStorage);
		return () => removeEventListener('storage', onStorage);
	});

	get wrap(): boolean {
		this.#subscribe();
		return this.#choice.wrap;
	}

	get utc(): boolean {
		this.#subscribe();
		return this.#choice.utc;
	}

	/** Whether lines end with their attributes; null where the width decides, in CSS. */
	get attributes(): boolean | null {
		this.#subscribe();
		return this.#choice.attributes;
	}

	/** The same as it is now: there is room for them on a wide screen. */
	get hasAttributes(): boolean {
		return this.attributes ?? (this.#isLoaded && innerWidth >= narrow);
	}

	get fields(): boolean {
		this.#subscribe();
		if (!this.#isLoaded) return false;
		return innerWidth < narrow ? this.#isCovered : (this.#choice.fields ?? innerWidth >= roomy);
	}

	/** The width of the open entry, in px; on a narrow window it is less. */
	get entryWidth(): number {
		this.#subscribe();
		return this.#choice.entry ?? paneWidth.usual;
	}

	/** The zone of every time shown. */
	get zone(): Zone {
		return this.utc ? 'utc' : 'local';
	}

	/** Call in the browser, after the first render. */
	load(): void {
		this.#isLoaded = true;
		this.#choice = saved() ?? usual;
		this.#update();
	}

	toggleWrap(): void {
		this.#choose({ ...this.#choice, wrap: !this.#choice.wrap });
	}

	toggleUtc(): void {
		this.#choose({ ...this.#choice, utc: !this.#choice.utc });
	}

	toggleAttributes(): void {
		this.#choose({ ...this.#choice, attributes: !this.hasAttributes });
	}

	/** Null for the usual one. */
	setEntryWidth(width: number | null): void {
		this.#choose({ ...this.#choice, entry: width });
	}

	toggleFields(): void {
		if (innerWidth >= narrow) return this.#choose({ ...this.#choice, fields: !this.fields });
		this.#isCovered = !this.#isCovered;
		this.#update();
	}

	#choose(choice: Choice): void {
		this.#choice = choice;
		this.#update();
		try {
			localStorage.setItem(storageKey, JSON.stringify(choice));
		} catch {
			// A browser may refuse storage; then the choice lasts until the page is left.
			return;
		}
	}
}

/** What this browser remembers; null if nothing, if it refuses storage, or if it is not ours. */
function saved(): Choice | null {
	try {
		const found: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null');
		if (typeof found !== 'object' || found === null) return null;
		const { wrap, utc, attributes, fields, entry } = found as Partial<Record<keyof Choice, unknown>>;
		return {
			wrap: wrap === true,
			utc: utc === true,
			attributes: typeof attributes === 'boolean' ? attributes : null,
			fields: typeof fields === 'boolean' ? fields : null,
			entry: typeof entry === 'number' && entry >= paneWidth.least ? entry : null
		};
	} catch {
		// Refused, or not written by us: treated as nothing saved.
		return null;
	}
}
