import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const ndjson = { 'content-type': 'application/x-ndjson' };

describe('Idempotency-Key', () => {
	const send = (tenant: Tenant, key: string, body = '{"message":"once"}\nnull\n"and this"') =>
		tenant.post(body, { ...ndjson, 'idempotency-key': key });

	test('a repeat is answered as the first time, byte for byte, and stores nothing', async () => {
		const tenant = await site.tenant();
		const first = await (await send(tenant, 'k')).text();
		await tenant.send({ message: 'between' });
		expect(await (await send(tenant, 'k')).text()).toBe(first);
		expect(await (await send(tenant, 'k', '{"message":"something else"}')).text()).toBe(first);
		expect(await tenant.messages()).toEqual(['once', 'and this', 'between']);
	});

	test('repeats at the same moment store one', async () => {
		const tenant = await site.tenant();
		const answers = await Promise.all(Array.from({ length: 20 }, () => send(tenant, 'k')));
		const texts = await Promise.all(answers.map((answer) => answer.text()));
		expect(new Set(texts).size).toBe(1);
		expect(await tenant.messages()).toEqual(['once', 'and this']);
	});

	test('of one organization says nothing about another', async () => {
		const [a, b] = [await site.tenant(), await site.tenant()];
		await Promise.all([send(a, 'k'), send(b, 'k')]);
		expect([await a.messages(), await b.messages()]).toEqual([
			['once', 'and this'],
			['once', 'and this']
		]);
	});

	test('two keys are two requests', async () => {
		const tenant = await site.tenant();
		await Promise.all([send(tenant, 'k'), send(tenant, 'K')]);
		expect(await tenant.messages()).toHaveLength(4);
	});

	test('has 1 to 128 characters', async () => {
		const tenant = await site.tenant();
		expect((await send(tenant, 'k'.repeat(128))).status).toBe(200);
		await expectProblem(await send(tenant, 'k'.repeat(129)), 400);
		await expectProblem(await send(tenant, ''), 400);
	});

	test('of a request that was refused is free again', async () => {
		const tenant = await site.tenant();
		await expectProblem(await send(tenant, 'k', 'null'), 400);
		expect((await send(tenant, 'k')).status).toBe(200);
		expect(await tenant.messages()).toEqual(['once', 'and this']);
	});
});
