import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectScript, run, stored } from '../support/shippers/clients.ts';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

describe.each(['http', 'proto'])('the SDK of OpenTelemetry for JavaScript, exporter %s', (FORMAT) => {
	test.each(['', '1'])('sends lines that arrive whole (gzip: %j)', async (GZIP) => {
		const { origin, made } = await site.tenant();
		await run('otlp', { target: origin, key: made.key, env: { FORMAT, GZIP } });
		const entries = await stored(origin, made.key);
		expectScript(entries, { service: 'shop', host: 'web-1' });
		expect(entries[0]?.attributes).toMatchObject({
			n: 1,
			'http.route': '/cart',
			nested: { list: [1, 'two', true] },
			'service.name': 'shop',
			'otel.scope.name': 'tests'
		});
	});
});
