/** What the reader of a log does with it: goes to a line, searches, copies lines. */
import { tick } from 'svelte';
import * as api from '$live/deploy-api.ts';
import type { DeployLog } from '$live/DeployLog.svelte.ts';
import type { DeploySearch } from '$live/DeploySearch.svelte.ts';
import type { ReadingPlace } from '$live/Follow.svelte.ts';
import * as holdStill from '$live/hold-still.ts';
import type { LineSelection } from './LineSelection.svelte.ts';

const rows = '[data-line]';

/** Bytes of a log. A clipboard takes more, but nobody wants to paste it. */
const mostCopied = 20 * 1024 * 1024;

export class Reader {
	/** Why the requested line is not there; empty if it is. */
	notice = $state('');
	/** The line of the last failure visited. */
	#failure = 0;
	readonly #deploy: api.Address;
	readonly #log: DeployLog;
	readonly #search: DeploySearch;
	readonly #selection: LineSelection;
	#list: HTMLElement | null = null;

	constructor(deploy: api.Address, log: DeployLog, search: DeploySearch, selection: LineSelection) {
		this.#deploy = deploy;
		this.#log = log;
		this.#search = search;
		this.#selection = selection;
	}

	/** Attach to the element that scrolls. */
	attach = (list: HTMLElement): (() => void) => {
		this.#list = list;
		return () => (this.#list = null);
	};

	/** Shows the line that the URL names, or else the given line, and stays there. */
	async reveal(otherwise: number): Promise<void> {
		this.#selection.read();
		const line = this.#selection.range?.first ?? otherwise;
		if (line > 0) await this.show(line);
	}

	/** Goes to the position before a reload, or before another page. */
	async goTo(place: ReadingPlace): Promise<void> {
		try {
			await this.#log.goTo(place);
		} catch {
			this.notice = 'The lines you were reading couldn’t be loaded. Reload the page to try again.';
		}
	}

	/** Brings a line into the middle of the view, fetching its surroundings if needed. */
	async show(line: number): Promise<void> {
		this.notice = '';
		try {
			await this.#log.bring(line);
		} catch {
			this.notice = `Couldn't load line ${line.toLocaleString('en')}. Try again.`;
			return;
		}
		await tick();
		const row = this.#list?.querySelector(`[data-line="${this.#log.rowOf(line)?.line}"]`);
		if (!row) {
			this.notice = `This log has no line ${line.toLocaleString('en')}.`;
			return;
		}
		this.#log.follow.show(row);
		// A match may be far to the right in a line that is not wrapped.
		row.querySelector('mark')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	}

	/** Goes to the next line with a text, or to the previous one; for a new text, to the first from the view on. */
	async seek(text: string, by: 1 | -1): Promise<void> {
		const { total } = this.#log;
		const again = text === this.#search.text && this.#search.phase === 'idle';
		const match = again
			? await this.#search.step(by, total)
			: await this.#search.find(text, this.#lineInView(), total);
		if (match) await this.show(match.line);
	}

	/** Goes to the first line that reports a failure, and from there to the next. */
	async toFailure(): Promise<void> {
		const { range } = this.#selection;
		const after = range?.first === range?.last && range?.first === this.#failure ? this.#failure : 0;
		this.notice = 'Looking for errors…';
		try {
			const found = (await api.failure(this.#deploy, after)) ?? (await this.#firstFailure(after));
			this.notice = found ? '' : 'No errors found in this log.';
			if (!found) return;
			this.#failure = found.line;
			this.#selection.point(found.line, false);
			await this.show(found.line);
		} catch {
			this.notice = "Couldn't search this log. Try again.";
		}
	}

	/** The selected text, or the selected lines, or all of the log; null, and a notice, if that fails. */
	async taken(): Promise<string | null> {
		const selected = getSelection();
		const isOurs = selected && !selected.isCollapsed && this.#list?.contains(selected.anchorNode);
		if (isOurs) return selected.toString();
		const { range } = this.#selection;
		if (!range && this.#log.deploy.size > mostCopied) {
			this.notice = 'This log is too large to copy. Download it, or select lines.';
			return null;
		}
		try {
			return await this.#log.textOf(range ?? { first: 1, last: this.#log.total });
		} catch {
			this.notice = "Couldn't load the log. Try again.";
			return null;
		}
	}

	/** After the last one it starts over. */
	async #firstFailure(after: number): Promise<api.Match | null> {
		return after > 0 ? api.failure(this.#deploy, 0) : null;
	}

	#lineInView(): number {
		const row = this.#list && holdStill.firstInView(this.#list, rows);
		return row ? Number(row.dataset.line) : 1;
	}
}
