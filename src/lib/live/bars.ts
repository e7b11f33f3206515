/** A histogram as it is drawn: bars of three kinds, lowest first. */
import type { LevelChip } from '../log/chips.ts';
import type { Level } from '../log/entry.ts';
import type { Span } from './period.ts';
import type { Histogram } from './search.ts';

export interface Bar {
	/** Epoch ms, the end excluded. */
	from: number;
	to: number;
	/** Lines below warn. */
	quiet: number;
	warn: number;
	error: number;
	all: number;
}

const kinds: Record<Level, 'quiet' | 'warn' | 'error'> = {
	trace: 'quiet',
	debug: 'quiet',
	info: 'quiet',
	warn: 'warn',
	error: 'error',
	fatal: 'error'
};

export function of({ from, width_ms, levels, bars }: Histogram): Bar[] {
	const begin = Date.parse(from);
	return bars.map((counts, index) => {
		const bar = { quiet: 0, warn: 0, error: 0, all: 0 };
		for (const [at, level] of levels.entries()) {
			bar[kinds[level]] += counts[at] ?? 0;
			bar.all += counts[at] ?? 0;
		}
		return { from: begin + index * width_ms, to: begin + (index + 1) * width_ms, ...bar };
	});
}

const chips = {
	trace: null,
	debug: 'debug',
	info: 'info',
	warn: 'warn',
	error: 'error',
	fatal: 'error'
} as const satisfies Record<Level, LevelChip | null>;

/** How many lines each level's chip stands for. */
export function byLevel({ levels, bars }: Histogram): Record<LevelChip, number> {
	const counts = { debug: 0, info: 0, warn: 0, error: 0 };
	for (const [at, level] of levels.entries()) {
		const chip = chips[level];
		if (chip) for (const bar of bars) counts[chip] += bar[at] ?? 0;
	}
	return counts;
}

/** What a volume shows. */
export interface Volume {
	bars: readonly Bar[];
	/** Those of what the page shows alone: a bar at an end of the period counts lines beside it, too. */
	counted: readonly Bar[];
	/** The period in it; null if it shows nothing else. */
	period: Span | null;
	/** Whether only the bars of the period are known. */
	isPartial: boolean;
}

/** A period among what is around it, whose bars have the same width; null where that is not known. */
export function volumeOf(
	period: Span,
	around: Span,
	{ inside, outside }: Record<'inside' | 'outside', Histogram | null>
): Volume {
	const counted = inside ? of(inside) : [];
	if (outside) return { bars: of(outside), counted, period, isPartial: false };
	if (!inside) return { bars: [], counted, period, isPartial: true };
	const { width_ms: width } = inside;
	const begin = Math.floor(around.from / width) * width;
	const bars = Array.from({ length: Math.ceil((around.to - begin) / width) }, (_, index) => {
		const from = begin + index * width;
		return { from, to: from + width, quiet: 0, warn: 0, error: 0, all: 0 };
	});
	for (const bar of counted) {
		const at = (bar.from - begin) / width;
		if (at in bars) bars[at] = bar;
	}
	return { bars, counted, period, isPartial: true };
}

/** From when to when a volume has not been counted, if its period was searched back to `reached`; null: all of it was. */
export function uncounted({ bars, period, isPartial }: Volume, reached: number | null): [number, number][] {
	const [first, last] = [bars[0], bars.at(-1)];
	if (!first || !last) return [];
	const { from, to } = period ?? { from: first.from, to: last.to };
	const unsearched: [number, number][] = reached === null ? [] : [[from, Math.max(from, reached)]];
	return isPartial ? [[first.from, from], ...unsearched, [to, Math.max(to, last.to)]] : unsearched;
}

/** The bars between two parts of the width, 0 to 1: their whole time. */
export function spanOf(
	bars: readonly Bar[],
	one: number,
	other: number
): { from: number; to: number } | null {
	const [low, high] = [Math.min(one, other), Math.max(one, other)];
	const first = at(bars, low);
	const last = at(bars, high);
	return first && last ? { from: first.from, to: last.to } : null;
}

/** A period with one of its ends moved to a part of the width; it keeps at least one bar. */
export function withEdge(bars: readonly Bar[], period: Span, edge: keyof Span, part: number): Span {
	const bar = at(bars, part);
	if (!bar) return period;
	const width = bar.to - bar.from;
	if (edge === 'from') return { ...period, from: Math.min(bar.from, period.to - width) };
	return { ...period, to: Math.max(bar.to, period.from + width) };
}

/** The bar at a part of the width. */
export function at(bars: readonly Bar[], part: number): Bar | undefined {
	return bars[Math.min(bars.length - 1, Math.max(0, Math.floor(part * bars.length)))];
}
