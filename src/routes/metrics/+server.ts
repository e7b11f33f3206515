import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { RequestHandler } from './$types';
import { problem } from '$server/problem';

/** Prometheus metrics: for this machine alone, or for who has METRICS_TOKEN. */
export const GET: RequestHandler = async ({ request, getClientAddress, locals: { app } }) => {
	const { metricsToken } = app.config;
	const proxied = request.headers.has('x-forwarded-for') || request.headers.has('forwarded');
	if (metricsToken === null && (proxied || !isLoopback(getClientAddress()))) {
		return problem(
			403,
			'Metrics are shown to this machine alone. Set METRICS_TOKEN to read them from elsewhere.'
		);
	}
	if (metricsToken !== null && !isEqual(request.headers.get('authorization'), `Bearer ${metricsToken}`)) {
		return problem(401, 'Send METRICS_TOKEN as "Authorization: Bearer <token>".');
	}
	const { registry } = app.metrics;
	return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
};

const isLoopback = (address: string) =>
	isIP(address) !== 0 && (/^(::ffff:)?127\./.test(address) || address === '::1');

function isEqual(given: string | null, expected: string): boolean {
	const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
	return a.length === b.length && timingSafeEqual(a, b);
}
