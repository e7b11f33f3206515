import * as alike from '$log/alike';
import * as sequences from '$log/sequences';
import type { Deploy } from '$server/deploys/deploy';
import type { Line } from '$server/deploys/lines';

/** Lines of both logs that are compared: those of a page that loads at once. */
const mostLines = 2_000;

/** The first place where a log is not like an earlier one. Null for a log that has ended there. */
export interface Difference {
	line: number;
	mine: string | null;
	theirs: string | null;
}

/** A deploy beside the last one of the same service and environment that went well. */
export interface Comparison {
	id: string;
	version: string | null;
	started_at: string;
	duration_ms: number | null;
	size: number;
	lines: number;
	/** Null if the first lines of both are alike. */
	difference: Difference | null;
}

/** The last deploy before this one, of the same service and environment, that went well; null if there is none. */
export async function lastGood(
	{ deploys }: App.Locals['app'],
	org: string,
	deploy: Deploy
): Promise<Deploy | null> {
	const { service, environment = null } = deploy;
	const before = await deploys.list(org, { service, status: 'succeeded', before: deploy.id, limit: 100 });
	return before.deploys.find((other) => other.environment === environment) ?? null;
}

export async function compare(
	{ deploys }: App.Locals['app'],
	org: string,
	deploy: Deploy,
	{ id, version, started_at, duration_ms, size, lines }: Deploy
): Promise<Comparison> {
	const [mine, theirs] = await Promise.all([deploy.id, id].map((id) => deploys.lines(org, id, 1, mostLines)));
	const isRunning = deploy.status === 'running';
	const difference = firstDifference(mine ?? [], theirs ?? [], isRunning);
	return { id, version, started_at, duration_ms, size, lines, difference };
}

/** Numbers, ids, times and colors make no difference. A log that still grows is not over where it ends. */
export function firstDifference(
	mine: readonly Pick<Line, 'text'>[],
	theirs: readonly Pick<Line, 'text'>[],
	isRunning: boolean
): Difference | null {
	const length = isRunning ? mine.length : Math.max(mine.length, theirs.length);
	for (let at = 0; at < length; at++) {
		const [own, other] = [textOf(mine[at]), textOf(theirs[at])];
		if (own !== null && other !== null && alike.patternOf(own) === alike.patternOf(other)) continue;
		return { line: at + 1, mine: own, theirs: other };
	}
	return null;
}

const textOf = (line: Pick<Line, 'text'> | undefined) => (line ? sequences.strip(line.text).trimEnd() : null);
