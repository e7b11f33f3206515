import { equal } from '$log/query';
import type { Deploy } from '$server/deploys/deploy';

/** The time on both sides of a start that is compared, in ms. */
const stretch = 10 * 60 * 1000;
/** OpenTelemetry: WARN begins at 13. */
const warn = 13;
const most = 5;

/** Warnings and errors of the deploy's service in the ten minutes before its start and in the ten since. */
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
		const usual = new Map(before.map(({ message, count }) => [message, count]));
		const more = since.map(({ message, count }) => ({ message, count: count - (usual.get(message) ?? 0) }));
		return {
			before: total(before),
			since: total(since),
			top: more.filter(({ count }) => count > 0).slice(0, most),
			logs: logsOf(slug, deploy)
		};
	} catch (error) {
		// The deploy is to be seen also while PostgreSQL, which has the logs, is away.
		log.warn({ err: error, deploy: deploy.id }, 'the errors around a deploy could not be counted');
		return null;
	}
}

const total = (messages: { count: number }[]) => messages.reduce((sum, { count }) => sum + count, 0);

/** All lines of the service since the deploy started, live. */
function logsOf(slug: string, { service, started_at }: Deploy): string {
	return `/${slug}/logs?${new URLSearchParams({ q: equal('service', service), from: started_at })}`;
}
