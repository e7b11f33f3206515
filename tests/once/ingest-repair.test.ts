import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer } from '../support/server/calls.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Receipt, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const json = { 'content-type': 'application/json' };
const ndjson = { 'content-type': 'application/x-ndjson' };

describe('repair, not rejection', () => {
	const aYear = new Date(Date.now() + 365 * 86_400_000).toISOString();
	test.each([
		['a message that is no string', { message: { a: [1] } }, { message: '{"a":[1]}' }],
		['a bare string', 'hello', { message: 'hello' }],
		['a bare number', 7, { message: '7' }],
		[
			'a time nobody can read',
			{ message: 'a', time: 'yesterday' },
			{ attributes: { original_time: 'yesterday' } }
		],
		['a time before 1970', { message: 'a', time: -5 }, { attributes: { original_time: -5 } }],
		['a time far ahead', { message: 'a', time: aYear }, { attributes: { original_time: aYear } }],
		['a service too long', { message: 'a', service: 's'.repeat(300) }, { service: 's'.repeat(256) }],
		['a host too long', { message: 'a', host: 'h'.repeat(300) }, { host: 'h'.repeat(256) }],
		[
			'a message over 256 KiB',
			{ message: 'm'.repeat(256 * 1024 + 5) },
			{ message: 'm'.repeat(256 * 1024), attributes: { truncated_bytes: 5 } }
		],
		[
			'attributes over 64 KiB',
			{ message: 'a', attributes: { big: 'x'.repeat(70_000) } },
			{ message: 'a', attributes: { truncated_bytes: 70_010 } }
		],
		[
			'attributes deeper than 32',
			{ message: 'a', attributes: { deep: JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown } },
			{ message: 'a', attributes: { truncated_bytes: 89 } }
		],
		[
			'U+0000',
			{ message: 'a\0b', service: '\0', attributes: { '\0': '\0' } },
			{ message: 'a\ufffdb', service: '\ufffd' }
		],
		[
			'lone surrogates',
			{ message: '\ud800x', attributes: { a: '\udfff' } },
			{ message: '\ufffdx', attributes: { a: '\ufffd' } }
		],
		['an attribute called __proto__', JSON.parse('{"message":"a","__proto__":{"x":1}}'), { message: 'a' }],
		[
			'a level nobody knows',
			{ message: 'a', level: 'loud' },
			{ level: 'info', attributes: { level: 'loud' } }
		]
	])('%s costs neither the line nor a neighbour', async (_, entry, line) => {
		const tenant = await site.tenant();
		await tenant.send({ message: 'before' }, entry, { message: 'after' });
		const [before, repaired, after, ...more] = await tenant.lines();
		expect([before?.message, after?.message, more]).toEqual(['before', 'after', []]);
		expect(repaired).toMatchObject(line);
		if (Object.hasOwn(repaired?.attributes ?? {}, 'original_time')) {
			expect(repaired?.time).toBe(repaired?.received_at);
		}
	});

	test('only what says nothing is rejected, and its neighbours are kept', async () => {
		const tenant = await site.tenant();
		const response = await tenant.post('{"message":"a"}\nnull\n[1]\n{}\n{"mess\n"b"\n', ndjson);
		const answer = (await response.json()) as Receipt;
		expect(response.status).toBe(200);
		expect(answer).toMatchObject({ accepted: 2, rejected: 4, first_seq: 1, last_seq: 2 });
		expect(answer.errors?.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
		expect(await tenant.messages()).toEqual(['a', 'b']);
	});

	test('at most 20 rejections are told of', async () => {
		const tenant = await site.tenant();
		const response = await tenant.post(`${'null\n'.repeat(30)}"a"`, ndjson);
		const answer = (await response.json()) as Receipt;
		expect(answer).toMatchObject({ accepted: 1, rejected: 30 });
		expect(answer.errors).toHaveLength(20);
	});

	test('when all is rejected the answer is 400, with the same fields', async () => {
		const tenant = await site.tenant();
		const body = await expectProblem(await tenant.post('[null, {}]', json), 400);
		expect(body).toMatchObject({ accepted: 0, rejected: 2, errors: [{ index: 0 }, { index: 1 }] });
		expect(await tenant.messages()).toEqual([]);
	});
});

describe('plain text', () => {
	const text = '2026-11-28 10:00:00,123 ERROR checkout: no stock sku=7';
	const send = (origin: string, key: string) =>
		fetch(`${origin}/api/logs`, { method: 'POST', body: text, headers: bearer(key) });

	test('is read for level, time and fields', async () => {
		const tenant = await site.tenant();
		expect((await send(tenant.origin, tenant.made.key)).status).toBe(200);
		const [line] = await tenant.lines();
		expect(line).toMatchObject({ message: text, level: 'error', time: '2026-11-28T10:00:00.123Z' });
		expect(line?.attributes).toMatchObject({ sku: '7' });
	});

	test('is kept as it is where the organization has turned that off, large bodies too', async () => {
		const tenant = await site.tenant();
		const { origin, made, org } = tenant;
		await site.database.sql`UPDATE organizations SET reads_text = false WHERE id = ${org.id}`;
		expect((await send(origin, made.key)).status).toBe(200);
		const many = await fetch(`${origin}/api/logs`, {
			method: 'POST',
			body: `${text}\n`.repeat(2_000),
			headers: bearer(made.key)
		});
		expect(many.status).toBe(200);
		const found = await tenant.lines();
		expect(found.length).toBeGreaterThan(1);
		for (const line of found) expect(line).toMatchObject({ message: text, level: 'info', attributes: {} });
	});
});
