import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import { expectRefused } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
beforeAll(async () => void (site = await startSite()));
beforeAll(async () => void (tenant = await site.tenant()));
afterAll(() => site.stop());

const day = 24 * 60 * 60 * 1000;
/** How far from each other times may be that mean the same, in ms: requests take some. */
const close = 5_000;

/** How many seconds before now each line came, rounded to tens. */
async function agesOf(deploy: deploys.Sent): Promise<number[]> {
	const response = await deploy.log('lines=1-100', { accept: 'application/json' });
	const { lines } = (await response.json()) as { lines: { time: string }[] };
	return lines.map(({ time }) => Math.round((Date.now() - Date.parse(time)) / 10_000) * 10);
}

describe('a deploy that is sent late', () => {
	test('began and ended when its sender says', async () => {
		const deploy = await deploys.make(tenant, { age_ms: 60_000 });
		const { started_at, last_append_at, duration_ms } = await deploy.get();
		expect(Math.abs(Date.now() - 60_000 - Date.parse(started_at))).toBeLessThan(close);
		expect(Date.now() - Date.parse(last_append_at)).toBeLessThan(close);
		expect(Math.abs(Number(duration_ms) - 60_000)).toBeLessThan(close);
		await deploy.finish({ status: 'succeeded', age_ms: 40_000 });
		expect(Math.abs(Number((await deploy.get()).duration_ms) - 20_000)).toBeLessThan(close);
	});

	test('has the lines of its log when they were printed, also after its pieces are joined', async () => {
		const deploy = await deploys.make(tenant, { age_ms: 600_000 });
		await deploy.append('one\ntwo\nthree\n', 0, { 'upload-ages': '0=500000, 4=400000,8=300000' });
		await deploy.append('four\nfi', 14, { 'upload-ages': '0=200000' });
		await deploy.append('ve\nsix\n', 21);
		expect(await agesOf(deploy)).toEqual([500, 400, 300, 200, 200, 0]);
		await deploy.finish({ status: 'succeeded' });
		await expect.poll(() => agesOf(deploy)).toEqual([500, 400, 300, 200, 200, 0]);
		expect(String(await deploy.bytes())).toBe('one\ntwo\nthree\nfour\nfive\nsix\n');
		const { duration_ms } = await deploy.get();
		expect(Math.abs(Number(duration_ms) - 600_000)).toBeLessThan(close);
	});

	test('is announced in the logs with the times at which it began and ended', async () => {
		const other = await site.tenant();
		const deploy = await deploys.make(other, { age_ms: 60_000 });
		await deploy.finish({ status: 'succeeded', age_ms: 40_000 });
		const announced = async () => {
			const { logs } = (await (await other.fetch('/api/logs')).json()) as { logs: { time: string }[] };
			return logs.map(({ time }) => time);
		};
		const { finished_at, started_at } = await deploy.get();
		await expect.poll(announced, { timeout: 10_000 }).toEqual([finished_at, started_at]);
	});

	test('stands in the list where it began', async () => {
		const other = await site.tenant();
		const first = await deploys.make(other);
		const late = await deploys.make(other, { age_ms: 60_000 });
		const { deploys: listed } = await deploys.list(other);
		expect(listed.map(({ id }) => id)).toEqual([first.id, late.id]);
	});
});

describe('a sender whose clock makes no sense', () => {
	test('began a day ago at most', async () => {
		const deploy = await deploys.make(tenant, { age_ms: Number.MAX_SAFE_INTEGER });
		const { started_at } = await deploy.get();
		expect(Math.abs(Date.now() - day - Date.parse(started_at))).toBeLessThan(close);
	});

	test('has no line before its deploy began, before the line above it, or after its end', async () => {
		const deploy = await deploys.make(tenant, { age_ms: 100_000 });
		await deploy.append('one\ntwo\nthree\n', null, { 'upload-ages': '0=999999999, 4=50000, 8=80000' });
		await deploy.append('four\n', null, { 'upload-ages': '0=90000' });
		expect(await agesOf(deploy)).toEqual([100, 50, 50, 50]);
		await deploy.finish({ status: 'failed', age_ms: 90_000 });
		expect(Math.abs(Number((await deploy.get()).duration_ms) - 50_000)).toBeLessThan(close);
	});

	test.each([-1, 1.5, '5', true])('is told that %j is no age', async (age_ms) => {
		await expectRefused(await deploys.post(tenant, { service: 'web', age_ms }), 'age_ms');
		const deploy = await deploys.make(tenant);
		await expectRefused(await deploy.finish({ status: 'failed', age_ms }), 'age_ms');
		expect(await deploy.get()).toMatchObject({ status: 'running' });
	});

	test.each([
		'x',
		'5',
		'0=-1',
		'1=5',
		'0=1, 0=2',
		'0=1, 3=2, 2=3',
		'0=1, 9=2',
		'0=1,',
		`0=${'9'.repeat(20)}`
	])('is told that "%s" is no Upload-Ages, and nothing is stored', async (ages) => {
		const deploy = await deploys.make(tenant);
		await expectRefused(await deploy.append('text', 0, { 'upload-ages': ages }), 'Upload-Ages');
		expect(await deploy.get()).toMatchObject({ size: 0 });
	});
});
