import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deploy } from '../../src/lib/log/deploy.ts';
import * as deploys from '../support/deploys/deploys.ts';
import { deploysOf } from '../support/deploys/deploys.ts';
import { expectRefused } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
beforeAll(async () => void (site = await startSite()));
beforeAll(async () => void (tenant = await site.tenant()));
afterAll(() => site.stop());

const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
describe('making a deploy', () => {
	test('gives it as it is from then on, and its address', async () => {
		const commit = {
			sha: 'abc',
			branch: 'main',
			message: 'Größer 🚀',
			author: 'Lena',
			url: 'https://git.example/abc'
		};
		const asked = {
			service: 'web',
			environment: 'production',
			version: 'v1',
			commit,
			url: 'https://ci.example/1'
		};
		const response = await deploys.post(tenant, asked);
		const made = (await response.json()) as Deploy;
		expect([response.status, response.headers.get('location')]).toEqual([201, `/api/deploys/${made.id}`]);
		const ended = { finished_at: null, exit_code: null };
		expect(made).toEqual({
			...asked,
			...ended,
			id: expect.any(String),
			status: 'running',
			started_at: isoTime,
			last_append_at: isoTime,
			duration_ms: expect.any(Number),
			size: 0,
			lines: 0,
			page: `/${tenant.org.slug}/deploys/${made.id}`
		});
		const { duration_ms, ...found } = await new deploys.Sent(tenant, made.id).get();
		expect(made).toMatchObject(found);
		expect(duration_ms).toBeGreaterThanOrEqual(made.duration_ms ?? Infinity);
	});

	test('needs no more than a service; what is empty is not there', async () => {
		const deploy = await deploys.make(tenant, { service: ' api ', version: '', commit: { branch: 'main' } });
		const nothing = { environment: null, version: null, url: null };
		const commit = { sha: null, branch: 'main', message: null, author: null, url: null };
		expect(await deploy.get()).toMatchObject({ service: 'api', ...nothing, commit });
	});

	test.each([
		['', 'JSON object'],
		['{"service":', 'JSON object'],
		['[]', 'service'],
		['{}', 'service'],
		['{"service":" "}', 'service'],
		['{"service":7}', 'service'],
		[`{"service":"${'s'.repeat(257)}"}`, 'service'],
		['{"service":"web","environment":1}', 'environment'],
		['{"service":"web","commit":"abc"}', 'commit'],
		['{"service":"web","commit":{"sha":1}}', 'commit.sha']
	])('%.40s is refused', async (body, word) => {
		const before = await deploys.list(tenant);
		await expectRefused(await deploys.post(tenant, body), word);
		expect((await deploys.list(tenant)).deploys).toHaveLength(before.deploys.length);
	});

	test('again with the same Idempotency-Key gives the same deploy, of this organization only', async () => {
		const other = await site.tenant();
		const ask = async (from: Tenant, key: string) => {
			const response = await deploys.post(from, { service: 'once' }, { 'idempotency-key': key });
			return ((await response.json()) as Deploy).id;
		};
		const ids = [
			await ask(tenant, 'k'),
			await ask(tenant, 'k'),
			await ask(tenant, 'K'),
			await ask(other, 'k')
		];
		expect(ids[1]).toBe(ids[0]);
		expect(new Set(ids).size).toBe(3);
		expect((await deploys.list(tenant, 'service=once')).deploys.map(({ id }) => id)).toEqual([
			ids[2],
			ids[0]
		]);
		for (const key of ['', 'k'.repeat(129)]) {
			const refused = await deploys.post(tenant, { service: 'once' }, { 'idempotency-key': key });
			await expectRefused(refused, 'Idempotency-Key');
		}
	});
});

describe('the list', () => {
	const idsOf = ({ deploys }: { deploys: Deploy[] }) => deploys.map(({ id }) => id);

	test('has the newest first, a page at a time, and can be filtered', async () => {
		const own = await site.tenant();
		const environments = ['production', 'staging', 'production', 'staging', 'production'];
		const made: deploys.Sent[] = [];
		for (const [index, environment] of environments.entries()) {
			made.push(await deploys.make(own, { service: index < 4 ? 'web' : 'api', environment }));
		}
		await made[1]?.finish({ status: 'failed' });
		const ids = made.map(({ id }) => id).reverse();
		expect(await deploys.list(own)).toMatchObject({ deploys: ids.map((id) => ({ id })), next: null });

		const first = await deploys.list(own, 'limit=2');
		const second = await deploys.list(own, `limit=2&before=${first.next}`);
		const third = await deploys.list(own, `limit=2&before=${second.next}`);
		expect([first, second, third].map(idsOf)).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
		expect(third.next).toBeNull();

		const at = (...places: number[]) => places.map((place) => made[place]?.id);
		expect(idsOf(await deploys.list(own, 'service=web&environment=production'))).toEqual(at(2, 0));
		expect(idsOf(await deploys.list(own, 'status=failed'))).toEqual(at(1));
		expect(idsOf(await deploys.list(own, 'status=running&limit=3'))).toEqual(at(4, 3, 2));
		expect(idsOf(await deploys.list(own, 'service=none'))).toEqual([]);
	});

	test.each([
		['status=done', 'status'],
		['limit=0', 'limit'],
		['limit=101', 'limit'],
		['limit=x', 'limit'],
		['before=yesterday', 'before']
	])('%s is refused', async (query, word) => {
		await expectRefused(await tenant.fetch(`/api/deploys?${query}`), word);
	});
});

describe('the stream of the list', () => {
	const shown = (text: string) => deploysOf(text).map(({ id, status }) => [id, status]);

	test('begins with what is there, the newest last, and goes on with every change', async () => {
		const own = await site.tenant();
		const [one, two] = [await deploys.make(own), await deploys.make(own)];
		await two.finish();
		const stream = await deploys.listStream(own);
		await (await deploys.make(tenant)).finish();
		const three = await deploys.make(own);
		await one.finish({ status: 'failed' });
		const text = await stream.until((text) => deploysOf(text).length === 4 && text.endsWith('\n\n'));
		await stream.close();
		expect(shown(text)).toEqual([
			[one.id, 'running'],
			[two.id, 'succeeded'],
			[three.id, 'running'],
			[one.id, 'failed']
		]);
	});
});
