/** A line among those around it in time, of all levels and services. */
import { SvelteMap } from 'svelte/reactivity';
import type { Entry } from '../log/entry.ts';
import * as api from './api.ts';
import { Follow, type ReadingPlace } from './Follow.svelte.ts';
import type { Skipped } from './lines.ts';
import type { Phase, Reading } from './Reading.ts';

export class Context implements Reading {
	/** The number of the line. */
	readonly seq: number;
	readonly rows: readonly Entry[];
	readonly filling = new SvelteMap<Skipped, Phase>();
	readonly paging = null;
	readonly lost = null;
	readonly follow = new Follow({
		rows: ['seq', 'mark'],
		endsAtTip: () => false,
		readOn: () => {},
		resumed: () => {}
	});
	readonly #org: string;

	private constructor(org: string, seq: number, rows: readonly Entry[]) {
		[this.#org, this.seq, this.rows] = [org, seq, rows];
		this.follow.lock();
	}

	/** Throws if the server returns nothing, as for a line that no longer exists. */
	static async load(org: string, seq: number): Promise<Context> {
		return new Context(org, seq, await api.context(org, seq));
	}

	async find(seq: number): Promise<Entry | { head: number }> {
		return this.rows.find((row) => row.seq === seq) ?? api.line(this.#org, seq);
	}

	readOn(): void {}
	readBack(): void {}
	async showSkipped(): Promise<void> {}

	async goTo(place: ReadingPlace): Promise<void> {
		this.follow.goTo(place);
	}

	async goToLine(seq: number): Promise<void> {
		this.follow.center(seq);
	}
}
