import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from './$types';
import * as client from '$server/client';
import { problem } from '$server/http/problem';

/** Prometheus metrics: for this machine alone, or for anyone with METRICS_TOKEN. */
export const GET: RequestHandler = async ({ request, platform, getClientAddress, locals: { app } }) => {
	const { metricsToken, origin, isTrustedProxy } = app.config;
	const connection = {
		peer: getClientAddress(),
		httpVersion: platform?.req.httpVersion,
		origin,
		isTrustedProxy
	};
	if (metricsToken === null && !client.isThisMachine(request.headers, connection)) {
		return problem(
			403,
			'Metrics are shown to this machine only. Set METRICS_TOKEN to read them from elsewhere or behind a proxy.'
		);
	}
	if (metricsToken !== null && !isEqual(request.headers.get('authorization'), `Bearer ${metricsToken}`)) {
		return problem(401, 'Send METRICS_TOKEN as "Authorization: Bearer <token>".');
	}
	const { registry } = app.metrics;
	return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
};

function isEqual(given: string | null, expected: string): boolean {
	const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
	return a.length === b.length && timingSafeEqual(a, b);
}
