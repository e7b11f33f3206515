import * as alike from '$log/alike';
import { equal } from '$log/query';
import type { Deploy } from '$server/deploys/deploy';

/** The time compared on both sides of a start, in ms. */
const stretch = 10 * 60 * 1000;
/** OpenTelemetry: WARN begins at 13. */
const warn = 13;
const most = 5;

/** Warnings and errors of the deploy's service in the ten minutes before its start and in the ten after. */
export async function around(
	{ overview, log }: App.Locals['app'],
	org: string,
	deploy: Deploy,
	slug: string
) {
	const start = Date.parse(deploy.started_at);
	const count = (from: number, to: number) =>
		overview.tally(org, { service: deploy.service, severity: warn, from: new Date(from), to: new Date(to) });
	try {
		const [before, since] = await Promise.all([count(start - stretch, start), count(start, start + stretch)]);
		const usual = new Map(alike.group(before).map(({ pattern, count }) => [pattern, count]));
		const more = alike
			.group(since)
			.map(({ pattern, count }) => ({ pattern, count: count - (usual.get(pattern) ?? 0) }));
		const top = more.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
		return {
			before: total(before),
			since: total(since),
			top: top.slice(0, most).map((row) => ({ ...row, logs: linesOf(slug, deploy, row.pattern) })),
			logs: logsOf(slug, deploy)
		};
	} catch (error) {
		// The deploy must be visible even while PostgreSQL, which has the logs, is away.
		log.warn({ err: error, deploy: deploy.id }, 'the errors around a deploy could not be counted');
		return null;
	}
}

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
