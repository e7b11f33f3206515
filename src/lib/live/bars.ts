/** A histogram as it is drawn: bars of three kinds, lowest first. */
import type { LevelChip } from '../log/chips.ts';
import type { Level } from '../log/entry.ts';
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

/** The bar at a part of the width. */
export function at(bars: readonly Bar[], part: number): Bar | undefined {
	return bars[Math.min(bars.length - 1, Math.max(0, Math.floor(part * bars.length)))];
}
