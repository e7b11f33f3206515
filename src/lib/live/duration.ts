/** Durations, from milliseconds. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Like a clock: `0:48`, `6:02`, `1:06:02`. */
export function clock(ms: number): string {
	const seconds = Math.floor(Math.max(0, ms) / second);
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	const end = `${m}:${twoDigits(s)}`;
	return h > 0 ? `${h}:${end.padStart(5, '0')}` : end;
}

/** How long something finished took: `40 ms`, `0.8 s`, then like a clock. */
export function took(ms: number): string {
	if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`;
	// Rounded down, like a clock: 9.96 s are not 10.0 s.
	return ms < 10 * second ? `${(Math.floor(ms / 100) / 10).toFixed(1)} s` : clock(ms);
}

/** In words, the two largest units: `1 min 52 s`; under ten seconds the tenths too. */
export function words(ms: number): string {
	if (ms < 10 * second) return took(ms);
	const units: [string, number][] = [
		['d', day],
		['h', hour],
		['min', minute],
		['s', second]
	];
	const at = Math.max(
		0,
		units.findIndex(([, size], index) => ms >= size || index === units.length - 1)
	);
	let rest = Math.max(0, ms);
	const parts = units.slice(at, at + 2).map(([name, size]) => {
		const count = Math.floor(rest / size);
		rest -= count * size;
		return [count, name] as const;
	});
	const named = parts.filter(([count], index) => count > 0 || index === 0);
	return named.map(([count, name]) => `${count} ${name}`).join(' ');
}

/** How long ago something was: `just now`, `22 min ago`, `2 h ago`, `3 d ago`. */
export function ago(ms: number): string {
	if (ms < minute) return 'just now';
	if (ms < hour) return `${Math.floor(ms / minute)} min ago`;
	return ms < day ? `${Math.floor(ms / hour)} h ago` : `${Math.floor(ms / day)} d ago`;
}

/** In one unit, which is enough to tell a slow network from yesterday's file: `4 ms`, `12 s`, `28 h`, `27 d`. */
export function rough(ms: number): string {
	if (ms < second) return `${Math.round(ms)} ms`;
	if (ms < 2 * minute) return `${Math.round(ms / second)} s`;
	if (ms < 2 * hour) return `${Math.round(ms / minute)} min`;
	return ms < 2 * day ? `${Math.round(ms / hour)} h` : `${Math.round(ms / day)} d`;
}

function twoDigits(number: number): string {
	return String(number).padStart(2, '0');
}
