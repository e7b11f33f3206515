/** How many lines match and when: live, of the last half hour; of a past period, with what is around it. */
import type { Scope } from './api.ts';
import * as bars from './bars.ts';
import type { History } from './History.svelte.ts';
import type { LiveTail } from './LiveTail.svelte.ts';
import type { Span } from './period.ts';
import { RecentVolume } from './RecentVolume.svelte.ts';
import type { Histogram } from './search.ts';
import * as surroundings from './Surroundings.svelte.ts';

/** A past period. */
interface Past {
	of: History;
	span: Span;
	/** What is shown around it. */
	around: Span | null;
}

/** How many bars a search counts in: a period among others has a part of the width. */
export const barsOf = (around: Span | null) => (around ? surroundings.bars.period : surroundings.bars.all);

export class LineVolume {
	readonly #past: Past | null;
	readonly #recent: RecentVolume | null;
	readonly #around: surroundings.Surroundings | null;

	constructor(scope: Scope, tail: LiveTail | null, past: Past | null) {
		this.#past = past;
		this.#recent = tail && new RecentVolume(scope, () => tail.status.state === 'live');
		this.#around = past?.around ? new surroundings.Surroundings(scope, past.around) : null;
	}

	start(): () => void {
		const isCounted = () => this.#past?.of.survey.phase === 'done';
		const stop = [this.#recent?.start(), this.#around?.start(isCounted)];
		return () => stop.forEach((end) => end?.());
	}

	/** Of what the page shows, without what is around it. */
	get histogram(): Histogram | null {
		return this.#recent?.histogram ?? this.#past?.of.survey.histogram ?? null;
	}

	get shown(): bars.Volume {
		const inside = this.histogram;
		if (!this.#past || !this.#around) {
			const all = inside ? bars.of(inside) : [];
			return { bars: all, counted: all, period: null, isPartial: false };
		}
		const { span, histogram: outside } = this.#around;
		return bars.volumeOf(this.#past.span, span, { inside, outside });
	}

	/** Until when the search has come, from the end backwards; epoch ms, null if everything was searched. */
	get reached(): number | null {
		if (!this.#past || this.#past.of.survey.phase === 'done') return null;
		const { searched } = this.#past.of.survey;
		return Date.parse(searched?.from ?? '') || this.#past.span.to;
	}
}
