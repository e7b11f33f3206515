import { afterAll, beforeAll, expect, test } from 'vitest';
import { following } from '../support/logs/following.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
/** What a URL says goes before the server's own 30 s. */
beforeAll(async () => {
	site = await startSite({}, (straight) => Promise.resolve(`${straight}?statement_timeout=1000`));
});
afterAll(() => site.stop());

test('a query that is blocked is ended and answered with a sentence, and the streams of others live on', async () => {
	const [tenant, other] = [await site.tenant(), await site.tenant()];
	await tenant.send({ message: 'before' });
	await other.send({ message: 'before' });
	const until = following(await other.fetch('/api/logs/stream?after=0'));
	await until('"before"');

	await site.database.sql.begin(async (locking) => {
		await locking`LOCK TABLE log_chunks IN ACCESS EXCLUSIVE MODE`;
		const paths = [
			'/api/logs',
			'/api/logs?after=0',
			'/api/logs/1',
			'/api/logs/fields',
			'/api/logs/1/context'
		];
		const answers = await Promise.all(paths.map((path) => tenant.fetch(path)));
		for (const answer of answers) {
			const { detail } = await expectProblem(answer, 503);
			expect(detail).toBe('This took the database too long. Ask for less at a time, or try again later.');
		}
		await until(/^id: 1$/m);
	});

	expect(await tenant.messages()).toEqual(['before']);
	await other.send({ message: 'after' });
	await until('"after"');
});
