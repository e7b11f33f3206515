/** Search over the whole log of a deploy: all lines with a text, and the current match. */
import * as api from './deploy-api.ts';

export class DeploySearch {
	/** The last search text; empty if there is none. */
	text = $state('');
	matches = $state.raw<readonly api.Match[]>([]);
	/** Whether the log has more matching lines than were fetched. */
	more = $state(false);
	/** Index of the current match; -1 if there is none. */
	at = $state(-1);
	phase = $state<'idle' | 'searching' | 'failed'>('idle');
	readonly current = $derived(this.matches[this.at] ?? null);
	readonly #deploy: api.Address;
	/** The log's line count when it was searched. */
	#searched = 0;

	constructor(deploy: api.Address) {
		this.#deploy = deploy;
	}

	/** Searches for a text and returns the first match from `line` on, or else the first of all. */
	async find(text: string, line: number, total: number): Promise<api.Match | null> {
		this.clear();
		this.text = text;
		if (text === '') return null;
		await this.#fetch(0, total);
		const found = this.matches.findIndex((match) => match.line >= line);
		this.at = found < 0 && this.matches.length > 0 ? 0 : found;
		return this.current;
	}

	/** Goes to a neighbour, wrapping around; past the last one, new lines are searched too. */
	async step(by: 1 | -1, total: number): Promise<api.Match | null> {
		const last = this.matches.length - 1;
		const unsearched = this.more || total > this.#searched;
		if (by === 1 && this.at === last && unsearched) await this.#fetch(this.matches[last]?.line ?? 0, total);
		const count = this.matches.length;
		if (count > 0) this.at = (this.at + by + count) % count;
		return this.current;
	}

	clear(): void {
		this.text = '';
		this.matches = [];
		this.more = false;
		this.at = -1;
		this.phase = 'idle';
	}

	async #fetch(after: number, total: number): Promise<void> {
		const text = this.text;
		this.phase = 'searching';
		try {
			const found = await api.search(this.#deploy, text, after);
			if (this.text !== text) return; // a newer search has begun
			const matches = found.matches.filter(({ line }) => line > after);
			this.matches = [...this.matches, ...matches];
			this.more = found.more && matches.length > 0;
			this.#searched = total;
			this.phase = 'idle';
		} catch {
			// A message beside the box tells the reader, and Enter tries again.
			this.phase = 'failed';
		}
	}
}
