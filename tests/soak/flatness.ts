import type { Row } from './table.ts';
import type { Sample } from './sampler.ts';

const mib = 2 ** 20;
/**
 * How much the last quarter may lie above the second: 10 % for what swings with the load, and a fixed part, because a heap
 * grows by whole spaces and a server that catches up after an outage holds more for a while. A leak of a byte a line would be 7 MB
 * in an hour, one of a kilobyte a viewer that came and went 15 MB.
 */
const share = 1.1;
const memorySlack = 32 * mib;
const countSlack = 5;

/**
 * A server's memory rises for some minutes after its start, to what its load takes, and so does what PostgreSQL keeps for each
 * connection: what was seen for a shorter time is shown and not judged.
 */
const warmMs = 15 * 60_000;

/** A measure over time. */
interface Series {
	what: string;
	values: { at: number; value: number }[];
	slack: number;
	show(value: number): string;
}

/** Whether a measure is as large in the last quarter of its samples as in the second. */
function flat({ what, values, slack, show }: Series): Row {
	const quarter = Math.floor(values.length / 4);
	const all = values.map(({ value }) => value);
	const before = median(all.slice(quarter, 2 * quarter));
	const after = median(all.slice(-quarter));
	const most = before * share + slack;
	const isWarm = (values.at(-1)?.at ?? 0) - (values[0]?.at ?? 0) >= warmMs;
	return {
		what,
		count: `${show(before)} → ${show(after)}, at most ${show(Math.max(...all))}`,
		must: isWarm ? `last quarter ≤ ${show(most)}` : 'reported: too short',
		ok: !isWarm || after <= most
	};
}

export function judge(samples: readonly Sample[]): Row[] {
	const of = (pick: (sample: Sample) => number | null | undefined) =>
		samples.flatMap((sample) => {
			const value = pick(sample);
			return typeof value === 'number' ? [{ at: sample.at, value }] : [];
		});
	const lives = [...new Set(samples.flatMap(({ servers }) => servers.map(lifeOf)))].sort();
	const series = lives.flatMap((life): Series[] => {
		const one = ({ servers }: Sample) => servers.find((server) => lifeOf(server) === life);
		const memory = of((sample) => one(sample)?.rss);
		const files = of((sample) => one(sample)?.files);
		return [
			{ what: `memory of ${life}`, values: memory, slack: memorySlack, show: megabytes },
			{ what: `open files of ${life}, besides streams`, values: files, slack: countSlack, show: whole }
		];
	});
	const memory = of(({ postgres }) => postgres);
	const connections = of(({ connections }) => connections && sum(connections));
	const ofPostgres: Series[] = [
		{ what: "memory of PostgreSQL's processes", values: memory, slack: memorySlack, show: megabytes },
		{ what: 'connections to PostgreSQL', values: connections, slack: countSlack, show: whole }
	];
	const short = series.filter(({ what }) => what.startsWith('memory') && !what.includes(longest));
	return [
		...series.filter(({ what }) => what.includes(longest)).map(flat),
		others(short),
		...ofPostgres.map(flat)
	];
}

/** The servers that are ended again and again live too short to be judged. */
function others(memories: readonly Series[]): Row {
	const peaks = memories.map(({ values }) => Math.max(...values.map(({ value }) => value)));
	const range = `${megabytes(Math.min(...peaks))} to ${megabytes(Math.max(...peaks))}`;
	return {
		what: 'memory of servers 1 and 2, highest of each life',
		count: `${range} in ${memories.length} lives`,
		must: 'reported',
		ok: true
	};
}

/** The server that is never ended. */
const longest = 'server 3';

const lifeOf = ({ server, generation }: { server: number; generation: number }) =>
	server === 3 ? longest : `server ${server}, life ${generation}`;

const whole = (value: number) => String(Math.round(value));

const megabytes = (bytes: number) => `${Math.round(bytes / mib)} MB`;

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? NaN;
}
