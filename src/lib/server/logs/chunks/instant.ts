const minuteMs = 60_000;

/**
 * Gives a function that writes times (epoch ms) as ISO 8601 in UTC, as `Date.toISOString` does: several times as quick for times that
 * follow each other, which share their minute.
 */
export function instants(): (ms: number) => string {
	let known = NaN;
	let prefix = '';
	return (ms) => {
		const minute = Math.floor(ms / minuteMs);
		if (minute !== known) {
			prefix = new Date(minute * minuteMs).toISOString().slice(0, -7);
			known = minute;
		}
		const rest = ms - minute * minuteMs;
		const seconds = Math.floor(rest / 1000);
		return `${prefix}${seconds < 10 ? '0' : ''}${seconds}.${padded(rest - 1000 * seconds)}Z`;
	};
}

const padded = (value: number) => (value < 10 ? `00${value}` : value < 100 ? `0${value}` : String(value));
