import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/server/other-postgres.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite } from '../support/server/site.ts';

describe('/metrics', () => {
	test.each([
		['ORIGIN is elsewhere', { ORIGIN: 'https://logs.example.com' }],
		['this machine is a trusted proxy', { TRUSTED_PROXIES: '127.0.0.1' }]
	])('are for nobody without a token where %s', async (_, env) => {
		const port = String(await freePort());
		const own = await startSite({ ...env, PORT: port });
		onTestFinished(own.stop);
		await expectProblem(await fetch(`${own.server.url}/metrics`), 403);
	});

	test('are for who has the token, from anywhere, if there is one', async () => {
		const own = await startSite({ METRICS_TOKEN: 'open-sesame' });
		onTestFinished(own.stop);
		const ask = (headers: Record<string, string>) => fetch(`${own.server.url}/metrics`, { headers });
		await expectProblem(await ask({}), 401);
		await expectProblem(await ask({ authorization: 'Bearer open-sesam' }), 401);
		const answer = await ask({ authorization: 'Bearer open-sesame', 'x-forwarded-for': '10.0.0.1' });
		expect([answer.status, answer.headers.get('content-type')]).toEqual([
			200,
			expect.stringContaining('text/plain')
		]);
	});
});
