/** What somebody who reads a log does with it: goes to a line, seeks, takes lines along. */
import { flushSync, tick } from 'svelte';
import * as lines from '$live/deploy-lines.ts';
import type { DeployLog } from '$live/DeployLog.svelte.ts';
import type { DeploySearch } from '$live/DeploySearch.svelte.ts';
import * as holdStill from '$live/hold-still.ts';
import type { LineSelection } from './LineSelection.svelte.ts';

const rows = '[data-line]';

export class Reader {
	/** Why the line that was asked for is not there; empty when it is. */
	notice = $state('');
	readonly #log: DeployLog;
	readonly #search: DeploySearch;
	readonly #selection: LineSelection;
	#list: HTMLElement | null = null;

	constructor(log: DeployLog, search: DeploySearch, selection: LineSelection) {
		this.#log = log;
		this.#search = search;
		this.#selection = selection;
	}

	/** Attach to the element that scrolls. */
	attach = (list: HTMLElement): (() => void) => {
		this.#list = list;
		return () => (this.#list = null);
	};

	/** Makes a change without moving what is on the screen. */
	still = (change: () => void): void => {
		if (this.#list) holdStill.during(this.#list, rows, () => flushSync(change));
	};

	/** Shows the line that the address names, or else the line given, and stays there. */
	async reveal(otherwise: number): Promise<void> {
		this.#selection.read();
		const line = this.#selection.range?.first ?? otherwise;
		if (line > 0) await this.show(line);
	}

	/** Brings a line into the middle of the view, fetching what is around it if need be. */
	async show(line: number): Promise<void> {
		this.notice = '';
		try {
			await this.#log.bring(line);
		} catch {
			this.notice = `Line ${line.toLocaleString('en')} could not be fetched. Try again.`;
			return;
		}
		await tick();
		const row = this.#list?.querySelector(`[data-line="${line}"]`);
		if (!row) {
			this.notice = `The log has no line ${line.toLocaleString('en')}.`;
			return;
		}
		this.#log.follow.show(row);
		// What was sought may stand far to the right in a line that is not wrapped.
		row.querySelector('mark')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	}

	/** Goes to the next line with a text, or to the previous one; with another text, to the first from what is in view. */
	async seek(text: string, by: 1 | -1): Promise<void> {
		const { total } = this.#log;
		const again = text === this.#search.text && this.#search.phase === 'idle';
		const match = again
			? await this.#search.step(by, total)
			: await this.#search.find(text, this.#lineInView(), total);
		if (match) await this.show(match.line);
	}

	/** The text that is selected, or the lines pointed at, or all that is shown. */
	taken(): string | Promise<string> {
		const selected = getSelection();
		const isOurs = selected && !selected.isCollapsed && this.#list?.contains(selected.anchorNode);
		if (isOurs) return selected.toString();
		const { range } = this.#selection;
		return range ? this.#log.textOf(range) : this.#log.rows.map(lines.plain).join('\n');
	}

	#lineInView(): number {
		const row = this.#list && holdStill.firstInView(this.#list, rows);
		return row instanceof HTMLElement ? Number(row.dataset.line) : 1;
	}
}
