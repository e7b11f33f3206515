import type { Answer, Asked, Event } from './asked.ts';
import type { Found } from './found.ts';
import * as plain from './plain.ts';
import { Run, type SearchOptions } from './run.ts';

/** Searches the lines of organizations in threads. The predicate of lib/log has the last word on every line. */
export class LogSearch {
	readonly #options: SearchOptions;

	constructor(options: SearchOptions) {
		this.#options = options;
	}

	/** Gives lines as soon as they are certain. Ends when the signal is aborted, with its reason. */
	run(asked: Asked): AsyncGenerator<Event> {
		return new Run(this.#options, asked).events();
	}

	/** All lines of a search at once. */
	async find(asked: Asked): Promise<Answer> {
		if (plain.isPlain(asked)) return plain.read(this.#options.store, asked);
		const lines: Found[] = [];
		for await (const event of this.run(asked)) {
			if (event.kind === 'lines') lines.push(...event.lines);
			if (event.kind === 'done') return { ...event, lines };
		}
		throw new Error('a search ended without saying so');
	}
}
