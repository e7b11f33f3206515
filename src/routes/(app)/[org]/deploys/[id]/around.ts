import * as alike from '$log/alike';
import { equal } from '$log/query';
import type { Deploy } from '$server/deploys/deploy';
import { troubleOf } from '$server/search/messages';

/** The time compared on both sides of a start, in ms. */
const stretch = 10 * 60 * 1000;
const most = 5;

/** Whose deploys these are, and until when it is worth to go on. */
interface Asked {
	org: string;
	slug: string;
	signal: AbortSignal;
}

/**
 * Warnings and errors of the deploy's service in the ten minutes before its start and in the ten after; also in the ten after an earlier
 * deploy, if there is one to compare with.
 */
export async function around(
	{ search, log }: App.Locals['app'],
	{ org, slug, signal }: Asked,
	deploy: Deploy,
	earlier: Deploy | null
) {
	const { service, started_at } = deploy;
	const start = Date.parse(started_at);
	const trouble = (from: number, to: number) => troubleOf(search, org, { service, from, to }, signal);
	const after = ({ started_at }: Deploy) => {
		const start = Date.parse(started_at);
		return trouble(start, start + stretch);
	};
	try {
		const [before, since, then] = await Promise.all([
			trouble(start - stretch, start),
			after(deploy),
			earlier && after(earlier)
		]);
		const usual = new Map(alike.group(before).map(({ pattern, count }) => [pattern, count]));
		const more = alike
			.group(since)
			.map(({ pattern, count }) => ({ pattern, count: count - (usual.get(pattern) ?? 0) }));
		const top = more.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
		return {
			before: total(before),
			since: total(since),
			/** After the earlier deploy. */
			then: then && total(then),
			top: top.slice(0, most).map((row) => ({ ...row, logs: linesOf(slug, deploy, row.pattern) })),
			logs: logsOf(slug, deploy)
		};
	} catch (error) {
		// The deploy must be visible even while PostgreSQL, which has the logs, is away.
		if (!signal.aborted) log.warn({ err: error, deploy: deploy.id }, notCounted);
		return null;
	}
}

const notCounted = 'the errors around a deploy could not be counted';

const total = (messages: { count: number }[]) => messages.reduce((sum, { count }) => sum + count, 0);

/** All lines of the service since the deploy started, live. */
function logsOf(slug: string, { service, started_at }: Deploy): string {
	return `/${slug}/logs?${new URLSearchParams({ q: equal('service', service), from: started_at })}`;
}

/** Similar warnings and errors in the ten minutes after the start. */
function linesOf(slug: string, { service, started_at }: Deploy, pattern: string): string {
	const text = alike.fixedPart(pattern);
	const to = new Date(Date.parse(started_at) + stretch).toISOString();
	const q = [equal('service', service), 'level:>=warn', text && `"${text}"`].filter(Boolean).join(' ');
	return `/${slug}/logs?${new URLSearchParams({ q, from: started_at, to })}`;
}
