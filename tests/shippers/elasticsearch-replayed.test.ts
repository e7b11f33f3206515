// Requests of clients that cannot be had here, as their documentation and sources say that they send them.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const ndjson = (...lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const basic = (key: string) => ({
	authorization: `Basic ${Buffer.from(`elastic:${key}`).toString('base64')}`
});
const time = '2026-11-29T01:02:03.456Z';

async function sends(tenant: Tenant, path: string, body: string | Buffer, headers: Record<string, string>) {
	const response = await tenant.post(Buffer.from(body), headers, `/es${path}`);
	expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
	return { status: response.status, text: await response.text() };
}

describe('below /es', () => {
	test.each([
		['GET', '', { version: { number: '8.17.0' } }],
		['GET', '/_license', { license: { status: 'active' } }],
		['GET', '/_xpack', {}],
		['GET', '/_cluster/health?timeout=30s', { status: 'green' }],
		['GET', '/_cat/health', {}],
		['GET', '/_nodes/http', {}],
		['GET', '/_ilm/policy/filebeat', {}],
		['PUT', '/_index_template/filebeat-8.17.0', {}],
		['HEAD', '/_template/logstash', null],
		['PUT', '/_component_template/x', {}],
		['PUT', '/_ingest/pipeline/x', {}],
		['PUT', '/_data_stream/logs-x-default', {}],
		['HEAD', '/logs-x', null],
		['PUT', '/logs-x', {}],
		['PUT', '/logs-x/_mapping', {}],
		['POST', '/logs-x/_refresh', { _shards: { failed: 0 } }]
	])('%s %s is answered to anybody', async (method, path, expected) => {
		const response = await fetch(`${site.server.url}/es${path}`, { method });
		expect(response.status).toBe(200);
		expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
		expect(response.headers.get('content-type')).toBe('application/json');
		if (expected === null) expect(await response.text()).toBe('');
		else expect(await response.json()).toMatchObject(expected);
	});

	test.each([
		['GET', '/logs-x/_search', 404],
		['DELETE', '/logs-x', 404],
		['PUT', '/logs-x/_doc/1', 404],
		['PUT', '/logs-x/_create/1', 404],
		['PUT', '/logs-x/log/1', 404],
		['POST', '/logs-x/_doc', 404],
		['POST', '/_bulk', 401]
	])('%s %s is an error of Elasticsearch', async (method, path, status) => {
		const response = await fetch(`${site.server.url}/es${path}`, { method });
		expect(response.status).toBe(status);
		expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
		expect(await response.json()).toMatchObject({ status, error: { type: expect.any(String) as string } });
	});
});

test('Filebeat finds a server of its version, and sends', async () => {
	const tenant = await site.tenant();
	const agent = 'Elastic-filebeat/9.1.2 (linux; amd64; abc; 2026-01-01 00:00:00 +0000 UTC)';
	const root = await tenant.fetch('/es/', { headers: { 'user-agent': agent, accept: 'application/json' } });
	expect(await root.json()).toMatchObject({ version: { number: '9.1.2' } });
	const event = {
		'@timestamp': time,
		message: 'from a file',
		log: { offset: 0, file: { path: '/var/log/app.log' } },
		host: { name: 'web-1' },
		agent: { type: 'filebeat' }
	};
	const action = { create: { _index: 'filebeat-9.1.2' } };
	const body = gzipSync(ndjson(action, event, action, { ...event, message: 'and another' }));
	const headers = {
		...basic(tenant.made.key),
		'content-type': 'application/vnd.elasticsearch+json; compatible-with=9',
		'content-encoding': 'gzip'
	};
	expect(
		await sends(tenant, '/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status', body, headers)
	).toEqual({
		status: 200,
		text: '{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}'
	});
	expect(await tenant.lines()).toMatchObject([
		{ message: 'from a file', service: 'filebeat-9.1.2', host: 'web-1', time },
		{ message: 'and another' }
	]);
});

test('Fluent Bit sends, and its chunk again, which is stored once', async () => {
	const tenant = await site.tenant();
	const record = (id: string, log: string) =>
		ndjson({ create: { _index: 'fluent-bit', _id: id } }, { '@timestamp': time, log });
	const body = record('a1', 'one') + record('b2', 'two');
	const headers = { ...basic(tenant.made.key), 'content-type': 'application/x-ndjson' };
	const first = await sends(tenant, '/_bulk', body, headers);
	expect(first.text).toContain('"errors":false,"items":[');
	expect(await sends(tenant, '/_bulk', body, headers)).toEqual(first);
	expect(await tenant.messages()).toEqual(['one', 'two']);
});

test('Vector asks for health and sends; what is rejected it finds as text', async () => {
	const tenant = await site.tenant();
	const headers = { ...basic(tenant.made.key), 'content-type': 'application/x-ndjson' };
	expect((await tenant.fetch('/es/_cluster/health')).status).toBe(200);
	const action = { index: { _index: 'vector-2026.11.29', _type: '_doc' } };
	const { status, text } = await sends(
		tenant,
		'/_bulk?timeout=60s',
		ndjson(action, { message: 'good', timestamp: time }, action, []),
		headers
	);
	expect(status).toBe(200);
	expect(text).toContain('"errors":true');
	expect(await tenant.lines()).toMatchObject([{ message: 'good', service: 'vector', time }]);
});

test('Logstash finds a license and sends to data streams', async () => {
	const tenant = await site.tenant();
	expect(await (await tenant.fetch('/es/_license')).json()).toMatchObject({ license: { status: 'active' } });
	const event = { '@timestamp': time, '@version': '1', message: 'a', host: { name: 'web-1' } };
	const stream = { type: 'logs', dataset: 'shop', namespace: 'default' };
	const body = ndjson(
		{ create: { _index: 'logs-shop-default', routing: null } },
		{ ...event, data_stream: stream }
	);
	const headers = { ...basic(tenant.made.key), 'content-type': 'application/json' };
	expect(await sends(tenant, '/_bulk', body, headers)).toMatchObject({ status: 200 });
	expect(await tenant.lines()).toMatchObject([{ message: 'a', service: 'shop', host: 'web-1', time }]);
});

test('Fluentd sends with ApiKey, to an index of the path', async () => {
	const tenant = await site.tenant();
	const body = ndjson({ index: {} }, { '@timestamp': time, message: 'a', tag: 'app.web' });
	const apiKey = Buffer.from(`id:${tenant.made.key}`).toString('base64');
	const headers = { authorization: `ApiKey ${apiKey}`, 'content-type': 'application/x-ndjson' };
	expect(await sends(tenant, '/fluentd/_bulk', body, headers)).toMatchObject({ status: 200 });
	expect(await tenant.lines()).toMatchObject([{ message: 'a', service: 'fluentd', time }]);
});
