import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startSite, type Site } from '../support/server/site.ts';
import { expectScript, run, start, stored } from '../support/shippers/clients.ts';
import { refusing } from '../support/shippers/refusing.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

test('winston-log2gelf sends lines over HTTP that arrive whole, with the time of sending', async () => {
	const { origin, made } = await site.tenant();
	await run('log2gelf', { target: origin, key: made.key });
	const entries = await stored(origin, made.key);
	expectScript(entries, { service: 'shop', host: 'web-1', inOrder: false, timeWithinMs: null });
	expect(Math.abs(Date.parse(entries[0]?.time ?? '') - Date.now())).toBeLessThan(120_000);
	expect(entries[0]?.attributes).toMatchObject({ environment: 'development' });
});

test('winston-log2gelf with a wrong key stores nothing, and does not say so', async () => {
	const tenant = await site.tenant();
	await run('log2gelf', { target: tenant.origin, key: 'tr_wrong', count: 10 });
	expect(await tenant.lines()).toEqual([]);
});

test('winston-log2gelf never looks at an answer: what was refused is lost', async () => {
	const tenant = await site.tenant();
	const busy = await refusing(tenant.origin, 3);
	onTestFinished(() => busy.close());
	expect(await start('log2gelf', { target: busy.url, key: tenant.made.key, count: 10 }).ended).toBe(0);
	expect(await tenant.lines()).toHaveLength(7);
});
