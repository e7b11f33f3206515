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

/** A life of a server that is shorter is left out: it never comes to rest. */
const leastSamples = 24;

/** Whether a measure is as large in the last quarter of its samples as in the second. */
function flat(what: string, values: readonly number[], slack: number, show: (value: number) => string): Row {
	const quarter = Math.floor(values.length / 4);
	const before = median(values.slice(quarter, 2 * quarter));
	const after = median(values.slice(-quarter));
	const most = before * share + slack;
	return {
		what,
		count: `${show(before)} → ${show(after)}, at most ${show(Math.max(...values))}`,
		must: `last quarter ≤ ${show(most)}`,
		ok: quarter > 0 && after <= most
	};
}

export function judge(samples: readonly Sample[]): Row[] {
	const isKnown = (value: number | null): value is number => value !== null;
	const lives = new Set(samples.flatMap(({ servers }) => servers.map(lifeOf)));
	const of = (life: string) =>
		samples.flatMap(({ servers }) => servers.filter((server) => lifeOf(server) === life));
	const long = [...lives].map((life) => ({ life, seen: of(life) }));
	const judged = long.filter(({ life, seen }) => seen.length >= leastSamples || life === 'server 3');
	const open = samples.map(({ connections }) => connections && sum(connections)).filter(isKnown);
	return [
		...judged.map(({ life, seen }) =>
			flat(
				`memory of ${life}`,
				seen.map(({ rss }) => rss),
				memorySlack,
				megabytes
			)
		),
		flat(
			'memory of PostgreSQL, its own',
			samples.map(({ postgres }) => postgres).filter(isKnown),
			memorySlack,
			megabytes
		),
		flat('connections to PostgreSQL', open, countSlack, String),
		...judged.map(({ life, seen }) =>
			flat(
				`open files of ${life}, besides streams`,
				seen.map(({ files }) => files),
				countSlack,
				String
			)
		)
	];
}

/** The third server has one life only. */
const lifeOf = ({ server, generation }: { server: number; generation: number }) =>
	server === 3 ? 'server 3' : `server ${server}, life ${generation}`;

const megabytes = (bytes: number) => `${Math.round(bytes / mib)} MB`;

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? NaN;
}
