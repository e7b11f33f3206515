import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/lib/server/ingest/protocols/routes.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
let other: Tenant;
beforeAll(async () => {
	site = await startSite();
	[tenant, other] = await Promise.all([site.tenant(), site.tenant()]);
});
afterAll(() => site.stop());

/** Every way of sending lines: `POST /es/x/_bulk`. A key in the path is left to the header. */
const ways = routes
	.filter(({ protocol, streaming }) => protocol !== undefined || streaming !== undefined)
	.flatMap(({ methods, path }) => methods.map((method) => [method, path] as const))
	.filter(([, path]) => !path.includes(':key'));

async function statusOf(
	[method, path]: readonly [string, string],
	headers: Record<string, string>,
	query = ''
) {
	const url = site.server.url + path.replace(/:\w+/g, 'x') + query;
	const response = await fetch(url, { method, headers, body: '' });
	await response.text();
	return response.status;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe.each(ways)('%s %s', (...way) => {
	test('takes lines from who has a key that may write, and from nobody else', async () => {
		const { made } = tenant;
		expect(await statusOf(way, bearer(made.key))).toBeLessThan(401);
		expect(await statusOf(way, {})).toBe(401);
		expect(await statusOf(way, bearer('tr_wrong'))).toBe(401);
		expect(await statusOf(way, { cookie: `tailrace_session=${await made.makeSession()}` })).toBe(401);
		expect(await statusOf(way, bearer(await made.makeKey(['read'])))).toBe(403);
	});

	test('lets no key into another organization', async () => {
		const { key } = tenant.made;
		expect(await statusOf(way, bearer(key), `?org=${other.org.slug}`)).toBe(404);
		const scope = { ...bearer(key), 'x-scope-orgid': other.org.slug };
		expect(await statusOf(way, scope, `?org=${tenant.org.slug}`)).toBeLessThan(401);
	});
});

test('a key is found wherever a shipper puts it', async () => {
	const { key } = tenant.made;
	const base64 = (text: string) => Buffer.from(text).toString('base64');
	const forms: [Record<string, string>, string][] = [
		[{ authorization: `Bearer ${key}` }, ''],
		[{ authorization: `Basic ${base64(`anyone:${key}`)}` }, ''],
		[{ authorization: `Splunk ${key}` }, ''],
		[{ authorization: `ApiKey ${key}` }, ''],
		[{ authorization: `ApiKey ${base64(`id:${key}`)}` }, ''],
		[{ 'dd-api-key': key }, ''],
		[{ 'x-amz-firehose-access-key': key }, ''],
		[{ 'x-api-key': key }, ''],
		[{}, `?dd-api-key=${key}`],
		[{}, `?token=${key}`],
		[{}, `?key=${key}`]
	];
	for (const [headers, query] of forms) {
		const found = await statusOf(
			['POST', '/v1/logs'],
			{ ...headers, 'content-type': 'application/json' },
			query
		);
		expect({ headers, query, found }).toMatchObject({ found: 200 });
		expect(await statusOf(['POST', '/api/logs'], headers, query)).toBe(400); // it is empty
	}
	expect(await statusOf(['POST', `/v1/input/${key}`], {})).toBe(202);
	expect(site.server.output()).not.toContain(key);
	expect(await other.lines()).toEqual([]);
});

test.each(['//v1/logs', '/v1/logs/', '/v1//logs//'])('%s is the same address', async (path) => {
	const headers = { ...bearer(tenant.made.key), 'content-type': 'application/json' };
	expect(await statusOf(['POST', path], headers)).toBe(200);
});

test('other methods are told which ones there are', async () => {
	const response = await fetch(`${site.server.url}/v1/logs`, {
		method: 'PATCH',
		headers: bearer(tenant.made.key)
	});
	expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});

test.each([
	['/services/collector', '{"event":"a"}'],
	['/services/collector/raw', 'a'],
	['/api/v2/logs', '[{"message":"a"}]'],
	['/gelf', '{"short_message":"a"}'],
	['/heroku', 'a'],
	['/vercel', '[{"message":"a"}]'],
	['/firehose', '{"requestId":"r","records":[{"data":"eA=="}]}'],
	['/journald/upload', 'MESSAGE=a\n\n']
])('%s takes nothing without a key that may write', async (path, body) => {
	const tenant = await site.tenant();
	const reading = await tenant.withKey(['read']);
	const json = { 'content-type': 'application/json' };
	const anonymous = await fetch(tenant.origin + path, { method: 'POST', headers: json, body });
	expect(anonymous.status).toBe(401);
	expect((await reading.post(body, json, path)).status).toBe(403);
	expect((await tenant.fetch(path, { method: 'PUT', body })).status).toBe(405);
	expect(await tenant.lines()).toEqual([]);
});
