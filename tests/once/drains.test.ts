import { createHmac } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

const secret = 'a secret of a drain';
let site: Site;
beforeAll(async () => void (site = await startSite({ VERCEL_SECRET: secret })));
afterAll(() => site.stop());

type Headers = Record<string, string>;

function send({ origin }: Tenant, path: string, body: string | Uint8Array<ArrayBuffer>, headers: Headers) {
	return fetch(origin + path, { method: 'POST', body, headers });
}

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`u:${key}`).toString('base64')}` });
const gzipped = { 'content-encoding': 'gzip' };
const json = { 'content-type': 'application/json' };

test("Docker's driver for Splunk asks with OPTIONS, then sends events", async () => {
	const tenant = await site.tenant();
	const headers = { authorization: `Splunk ${tenant.made.key}` };
	const path = '/services/collector/event/1.0';
	expect((await fetch(tenant.origin + path, { method: 'OPTIONS', headers })).status).toBe(200);
	const event = { line: 'hello', source: 'stdout', tag: '3f2a91' };
	const one = JSON.stringify({ event, time: '1764417600.123456', host: 'docker-1' });
	const answer = await send(tenant, path, gzipSync(one + one), { ...headers, ...json, ...gzipped });
	expect([answer.status, await answer.text()]).toEqual([200, '{"text":"Success","code":0}']);
	expect(await tenant.lines()).toMatchObject([
		{ message: 'hello', host: 'docker-1', time: '2025-11-29T12:00:00.123Z', attributes: { tag: '3f2a91' } },
		{ message: 'hello' }
	]);
});

test('Vector asks for the health of a collector, without a key', async () => {
	const { origin } = await site.tenant();
	for (const path of ['/services/collector/health', '/services/collector/health/1.0']) {
		const answer = await fetch(origin + path);
		expect([answer.status, await answer.json()]).toEqual([200, { text: 'HEC is healthy', code: 17 }]);
	}
});

test('a collector says what is wrong as Splunk does', async () => {
	const tenant = await site.tenant();
	const key = { authorization: `Splunk ${tenant.made.key}` };
	const said = async (path: string, body: string, headers: Headers) => {
		const answer = await send(tenant, path, body, headers);
		return [answer.status, ((await answer.json()) as { code: number }).code];
	};
	expect(await said('/services/collector', '{"event":"a"}', {})).toEqual([401, 2]);
	expect(await said('/services/collector', '{"event":"a"}', { authorization: 'Splunk x' })).toEqual([401, 3]);
	expect(await said('/services/collector', '', key)).toEqual([400, 5]);
	expect(await said('/services/collector', '{"event":"a"}{', key)).toEqual([400, 6]);
	expect(await said('/services/collector', '{"time":1}', key)).toEqual([400, 12]);
	expect(await said('/services/collector/ack', '{"acks":[1]}', key)).toEqual([400, 14]);
	expect(await tenant.lines()).toEqual([]);
	expect(await said('/services/collector/raw?source=app&host=h', 'one\ntwo', key)).toEqual([200, 0]);
	expect(await tenant.lines()).toMatchObject([
		{ message: 'one', service: 'app', host: 'h' },
		{ message: 'two' }
	]);
});

test("Datadog's agent finds a valid key, a sign of life and its lines in gzip and zstd answered", async () => {
	const tenant = await site.tenant();
	const headers = { 'dd-api-key': tenant.made.key, ...json };
	expect((await fetch(`${tenant.origin}/api/v1/validate`, { headers })).status).toBe(200);
	const entry = {
		message: 'hello',
		status: 'error',
		timestamp: 1764417600123,
		hostname: 'web-1',
		service: 'shop',
		ddsource: 'go',
		ddtags: 'env:prod,team:web'
	};
	const body = JSON.stringify([entry]);
	const bodies: [string | Uint8Array<ArrayBuffer>, Headers][] = [
		['{}', {}],
		['', {}],
		[body, {}],
		[gzipSync(body), gzipped],
		[zstdCompressSync(body), { 'content-encoding': 'zstd' }]
	];
	for (const [sent, encoding] of bodies) {
		const answer = await send(tenant, '/api/v2/logs', sent, { ...headers, ...encoding });
		expect([answer.status, await answer.text()]).toEqual([202, '{}']);
	}
	expect((await send(tenant, `/v1/input/${tenant.made.key}`, body, json)).status).toBe(202);
	const lines = await tenant.lines();
	expect(lines).toHaveLength(4);
	for (const line of lines)
		expect(line).toMatchObject({
			message: 'hello',
			level: 'error',
			time: '2025-11-29T12:00:00.123Z',
			service: 'shop',
			host: 'web-1',
			attributes: { env: 'prod', team: 'web' }
		});
});

test('Heroku sends frames, and one that comes again is stored once', async () => {
	const tenant = await site.tenant();
	const message = '<190>1 2025-11-29T12:00:00.123456+00:00 host app web.1 - hello\n';
	const headers = {
		...basic(tenant.made.key),
		'content-type': 'application/logplex-1',
		'logplex-frame-id': '09C557EAFCFB6CF2740EE62F62971098',
		'logplex-msg-count': '2'
	};
	const body = `${message.length} ${message}`.repeat(2);
	for (let times = 0; times < 2; times++) {
		const answer = await send(tenant, '/heroku?service=shop', body, headers);
		expect(answer.ok).toBe(true);
	}
	expect(await tenant.lines()).toMatchObject([
		{ message: 'hello', service: 'shop', host: 'web.1', time: '2025-11-29T12:00:00.123Z' },
		{ message: 'hello' }
	]);
});

describe('Vercel', () => {
	const entries = [
		{
			id: '1',
			message: 'hello',
			timestamp: 1764417600123,
			level: 'warning',
			projectName: 'shop',
			host: 'a.vercel.app'
		},
		{
			id: '2',
			timestamp: 1764417600124,
			proxy: { method: 'GET', path: '/', statusCode: 304 },
			projectName: 'shop'
		}
	];
	const signed = (body: string | Uint8Array) => ({
		'x-vercel-signature': createHmac('sha1', secret).update(body).digest('hex')
	});

	test('sends signed bodies, and one that comes again is stored once', async () => {
		const tenant = await site.tenant();
		const headers = { authorization: `Bearer ${tenant.made.key}`, ...json };
		const list = JSON.stringify(entries);
		const zipped = gzipSync(`${entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`);
		for (let times = 0; times < 2; times++) {
			expect((await send(tenant, '/vercel', list, { ...headers, ...signed(list) })).status).toBe(200);
			const lines = { ...headers, ...signed(zipped), ...gzipped };
			expect((await send(tenant, '/vercel', zipped, lines)).status).toBe(200);
		}
		const two = [
			{ message: 'hello', level: 'warn', service: 'shop', host: 'a.vercel.app' },
			{ message: 'GET / 304', level: 'info', service: 'shop' }
		];
		expect(await tenant.lines()).toMatchObject([...two, ...two]);
	});

	test('with a wrong signature or none is refused', async () => {
		const tenant = await site.tenant();
		const headers = { authorization: `Bearer ${tenant.made.key}`, ...json };
		const body = JSON.stringify(entries);
		for (const signature of [{}, { 'x-vercel-signature': 'x' }, signed(`${body} `)])
			expect((await send(tenant, '/vercel', body, { ...headers, ...signature })).status).toBe(403);
		expect(await tenant.lines()).toEqual([]);
	});
});

test('Firehose is answered with its id and a time, and a delivery that comes again is stored once', async () => {
	const tenant = await site.tenant();
	const requestId = 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f';
	const group = {
		messageType: 'DATA_MESSAGE',
		owner: '123456789012',
		logGroup: '/aws/lambda/shop',
		logStream: 's',
		logEvents: [{ id: '1', timestamp: 1764417600123, message: 'hello' }]
	};
	const records = [gzipSync(JSON.stringify(group)), Buffer.from('{"message":"plain","level":"warn"}\n')];
	const body = JSON.stringify({
		requestId,
		timestamp: 1764417600000,
		records: records.map((data) => ({ data: data.toString('base64') }))
	});
	const headers = {
		...json,
		...gzipped,
		'x-amz-firehose-protocol-version': '1.0',
		'x-amz-firehose-request-id': requestId,
		'x-amz-firehose-common-attributes': '{"commonAttributes":{"env":"prod"}}'
	};
	const key = { 'x-amz-firehose-access-key': tenant.made.key };
	for (let times = 0; times < 2; times++) {
		const answer = await send(tenant, '/firehose', gzipSync(body), { ...headers, ...key });
		expect([answer.status, await answer.json()]).toEqual([
			200,
			{ requestId, timestamp: expect.any(Number) as number }
		]);
	}
	expect(await tenant.lines()).toMatchObject([
		{ message: 'hello', service: 'shop', time: '2025-11-29T12:00:00.123Z', attributes: { env: 'prod' } },
		{ message: 'plain', level: 'warn', attributes: { env: 'prod' } }
	]);
	const wrong = { ...headers, 'x-amz-firehose-access-key': 'tr_wrong' };
	const refused = await send(tenant, '/firehose', gzipSync(body), wrong);
	expect([refused.status, await refused.json()]).toEqual([
		401,
		{
			requestId,
			timestamp: expect.any(Number) as number,
			errorMessage: expect.stringContaining('not valid') as string
		}
	]);
});

test.each(['application/x-gzip', 'text/plain; charset=utf-8', 'application/octet-stream'])(
	'Cloudflare Logpush sends lines of JSON in gzip to /api/logs, whatever it calls them (%s)',
	async (type) => {
		const tenant = await site.tenant();
		const headers = { authorization: `Bearer ${tenant.made.key}`, 'content-type': type, ...gzipped };
		const test = await send(tenant, '/api/logs?service=cdn', gzipSync('{"content":"tests"}'), headers);
		expect(test.status).toBe(200);
		const line = JSON.stringify({ ClientIP: '192.0.2.1', EdgeResponseStatus: 200, RayID: 'a' });
		const answer = await send(tenant, '/api/logs?service=cdn', gzipSync(`${line}\n${line}\n`), headers);
		expect(await answer.json()).toMatchObject({ accepted: 2 });
		expect(await tenant.lines()).toMatchObject([
			{ service: 'cdn', attributes: { content: 'tests' } },
			{ service: 'cdn', attributes: { RayID: 'a' } },
			{ service: 'cdn' }
		]);
	}
);
