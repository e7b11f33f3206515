import { expect, test } from 'vitest';
import { startSite } from '../support/server/site.ts';

test('a reader who goes away ends a search, and nothing is logged as a fault', async () => {
	const site = await startSite();
	try {
		const tenant = await site.tenant();
		await tenant.send({ message: 'hello' });
		const leaving = new AbortController();
		const asking = tenant.fetch('/api/logs/search?q=hello&bars=10', { signal: leaving.signal });
		const reader = (await asking).body?.getReader();
		await reader?.read();
		leaving.abort();
		await expect(reader?.read()).rejects.toThrow();
		// The next request is answered after the first one's end was noticed.
		expect((await tenant.fetch('/api/logs?q=hello')).status).toBe(200);
		expect(site.server.output()).not.toMatch(/"level":50/);
	} finally {
		await site.stop();
	}
});
