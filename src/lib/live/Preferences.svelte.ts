/** How the reader wants lines shown, remembered in this browser. */

const storageKey = 'tailrace.lines';

export class Preferences {
	wrap = $state(false);
	/** Until `load` this is true: the server does not know the reader's zone. */
	utc = $state(true);

	/** Call in the browser, after the first render. */
	load(): void {
		const saved = read();
		this.wrap = saved.wrap === true;
		this.utc = saved.utc === true;
	}

	toggleWrap(): void {
		this.wrap = !this.wrap;
		this.#save();
	}

	toggleUtc(): void {
		this.utc = !this.utc;
		this.#save();
	}

	#save(): void {
		try {
			localStorage.setItem(storageKey, JSON.stringify({ wrap: this.wrap, utc: this.utc }));
		} catch {
			// A browser may refuse storage; then the choice lasts until the page is left.
			return;
		}
	}
}

function read(): { wrap?: unknown; utc?: unknown } {
	try {
		const saved: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
		return typeof saved === 'object' && saved !== null ? saved : {};
	} catch {
		// Refused, or not written by us: treated as nothing saved.
		return {};
	}
}
