/** Civil time, as a sender without a zone writes it, is what the clocks of a zone show. */

const hour = 3_600_000; // ms
/** Offsets that are known, by zone and hour. Lines of a listener are mostly of the same hour. */
const known = new Map<string, number>();
const mostKnown = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Epoch ms of a civil time that is given as if it were UTC. In the hour that a change of clocks repeats, the first. */
export function toEpoch(civil: number, zone: string): number {
	if (zone === 'UTC') return civil;
	const first = civil - offsetAt(civil, zone);
	const again = civil - offsetAt(first, zone);
	return offsetAt(again, zone) === civil - again ? again : first;
}

/** How far a zone is ahead of UTC at an instant, in ms. */
function offsetAt(instant: number, zone: string): number {
	const from = Math.floor(instant / hour) * hour;
	const key = `${zone} ${from}`;
	const found = known.get(key);
	if (found !== undefined) return found;
	const offset = read(from, zone);
	if (known.size >= mostKnown) known.clear();
	known.set(key, offset);
	return offset;
}

function read(instant: number, zone: string): number {
	const format = formats.get(zone) ?? formatOf(zone);
	formats.set(zone, format);
	const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
	const [year, month, day] = [Number(parts.year), Number(parts.month), Number(parts.day)];
	return (
		Date.UTC(year, month - 1, day, Number(parts.hour), Number(parts.minute), Number(parts.second)) - instant
	);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
	const numeric = 'numeric' as const;
	const date = { year: numeric, month: numeric, day: numeric };
	const time = { hour: numeric, minute: numeric, second: numeric };
	return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...date, ...time });
}
