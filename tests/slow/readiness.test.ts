import { describe, expect, onTestFinished, test } from 'vitest';
import { detour } from '../support/server/detour.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site } from '../support/server/site.ts';

describe('while PostgreSQL is away', () => {
	test('nothing is accepted, /readyz says why, and all works again when it is back', async () => {
		const way = Promise.withResolvers<Awaited<ReturnType<typeof detour>>>();
		const own = await startSite({}, async (straight) => {
			way.resolve(await detour(straight));
			return (await way.promise).url;
		});
		const { cut, mend, close } = await way.promise;
		onTestFinished(async () => {
			await own.stop();
			close();
		});
		const [tenant, other] = [await own.tenant(), await own.tenant()];
		await tenant.send('before');
		const stream = await tenant.stream('after=0');

		cut();
		const [ready, posted, opened] = await Promise.all([
			until(own, (answer) => answer.status === 503),
			tenant.post('lost'),
			other.fetch('/api/logs/stream')
		]);
		expect(await ready.json()).toEqual({
			ready: false,
			reasons: ['PostgreSQL does not answer.', 'The listener is not connected to PostgreSQL.']
		});
		for (const refused of [posted, opened]) {
			expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
			await expectProblem(refused, 503);
		}
		expect((await fetch(`${own.server.url}/healthz`)).status).toBe(200);

		mend();
		await until(own, (answer) => answer.status === 200);
		await tenant.send('after');
		await stream.until((text) => text.includes('"after"'));
		expect(stream.events().map(({ entry }) => entry.message)).toEqual(['before', 'after']);
		await stream.close();
	});
});

/** Asks /readyz, which takes its time while something is wrong, until its answer is as expected. */
async function until({ server }: Site, expected: (answer: Response) => boolean): Promise<Response> {
	for (;;) {
		const answer = await fetch(`${server.url}/readyz`);
		if (expected(answer)) return answer;
		await answer.body?.cancel();
	}
}
