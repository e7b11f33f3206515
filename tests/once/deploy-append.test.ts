import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deploy } from '../../src/lib/log/deploy.ts';
import * as deploys from '../support/deploys/deploys.ts';
import { expectProblem, expectRefused } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
beforeAll(async () => void (site = await startSite()));
beforeAll(async () => void (tenant = await site.tenant()));
afterAll(() => site.stop());

const offsetOf = (response: Response) => Number(response.headers.get('upload-offset'));
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
/** API.md: the status of such an answer is that of the deploy. */
async function expectEnded(response: Response, status: string): Promise<void> {
	expect([response.status, await response.json()]).toEqual([409, expect.objectContaining({ status })]);
}

describe('an append', () => {
	test('is answered with where the log ends, with an offset or without', async () => {
		const deploy = await deploys.make(tenant);
		const answers = [
			await deploy.append('one\n'),
			await deploy.append('zwö\n', 4),
			await deploy.append('thr')
		];
		expect(answers.map((answer) => [answer.status, offsetOf(answer)])).toEqual([
			[204, 4],
			[204, 9],
			[204, 12]
		]);
		expect(String(await deploy.bytes())).toBe('one\nzwö\nthr');
		expect(await deploy.get()).toMatchObject({ status: 'running', size: 12, lines: 3 });
	});

	test.each([0, 3, 5, 1_000_000])(
		'at %i of a log of four bytes stores nothing, and learns its end',
		async (offset) => {
			const deploy = await deploys.make(tenant);
			await deploy.write('one\n');
			const refused = await deploy.append('two\n', offset);
			expect(offsetOf(refused)).toBe(4);
			await expectProblem(refused, 409);
			expect((await deploy.append('two\n', offsetOf(refused))).status).toBe(204);
			expect(String(await deploy.bytes())).toBe('one\ntwo\n');
		}
	);

	test('that comes several times at once is stored once', async () => {
		const deploy = await deploys.make(tenant);
		const answers = await Promise.all(Array.from({ length: 10 }, () => deploy.append('once\n', 0)));
		expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(409)]);
		expect(answers.map(offsetOf)).toEqual(Array(10).fill(5));
		expect(String(await deploy.bytes())).toBe('once\n');
	});

	test('of nothing is a heartbeat', async () => {
		const deploy = await deploys.make(tenant);
		await deploy.write('one\n');
		const before = await deploy.get();
		const answer = await deploy.append('');
		expect([answer.status, offsetOf(answer)]).toEqual([204, 4]);
		const { last_append_at, duration_ms, ...after } = await deploy.get();
		expect(before).toMatchObject(after);
		expect(Date.parse(last_append_at)).toBeGreaterThan(Date.parse(before.last_append_at));
		expect(duration_ms).toBeGreaterThan(before.duration_ms ?? Infinity);
	});

	test('to a deploy that has ended is refused with how it ended', async () => {
		const deploy = await deploys.make(tenant);
		await deploy.write('one\n');
		await deploy.finish({ status: 'cancelled' });
		for (const bytes of ['two\n', '']) {
			const refused = await deploy.append(bytes, 4);
			expect(refused.headers.has('upload-offset')).toBe(false);
			await expectEnded(refused, 'cancelled');
		}
		expect(String(await deploy.bytes())).toBe('one\n');
	});

	test.each(['-1', 'x', '1.5', '', '0x1'])('with the offset "%s" is refused', async (offset) => {
		const deploy = await deploys.make(tenant);
		await expectRefused(await deploy.append('one\n', offset), 'Upload-Offset');
		expect((await deploy.get()).size).toBe(0);
	});

	test('may be compressed; its offset counts what it was before', async () => {
		const deploy = await deploys.make(tenant);
		const text = 'größer\n'.repeat(10_000);
		const zipped = { 'content-encoding': 'gzip' };
		const answer = await deploy.append(Buffer.from(gzipSync(text)), 0, zipped);
		expect([answer.status, offsetOf(answer)]).toEqual([204, Buffer.byteLength(text)]);
		await expectRefused(await deploy.append('no gzip', null, zipped), 'gzip');
		await expectProblem(await deploy.append('x', null, { 'content-encoding': 'rot13' }), 415);
		expect(String(await deploy.bytes())).toBe(text);
	});
});

describe('the end of a deploy', () => {
	test('needs all of its log on the server, if the sender says how much that is', async () => {
		const deploy = await deploys.make(tenant);
		await deploy.write('one\n');
		for (const size of [0, 3, 5]) {
			const refused = await deploy.finish({ status: 'failed', exit_code: 7, size });
			expect(offsetOf(refused)).toBe(4);
			await expectProblem(refused, 409);
		}
		expect(await deploy.get()).toMatchObject({ status: 'running', exit_code: null });
		const answer = await deploy.finish({ status: 'failed', exit_code: 7, size: 4 });
		const ended = (await answer.json()) as Deploy;
		expect([answer.status, ended]).toMatchObject([
			200,
			{ status: 'failed', exit_code: 7, finished_at: isoTime, size: 4 }
		]);
		expect(ended.duration_ms).toBe(Date.parse(ended.finished_at ?? '') - Date.parse(ended.started_at));
		expect(await deploy.get()).toEqual(ended);
	});

	test('said again is answered alike, and is not changed by another', async () => {
		const deploy = await deploys.make(tenant);
		const first = await (await deploy.finish({ status: 'succeeded', exit_code: 0 })).json();
		const again = await deploy.finish({ status: 'succeeded', exit_code: 0 });
		expect([again.status, await again.json()]).toEqual([200, first]);
		await expectEnded(await deploy.finish({ status: 'failed' }), 'succeeded');
		expect(await deploy.get()).toEqual(first);
	});

	test.each([
		['', 'JSON object'],
		['{}', 'status'],
		['{"status":"running"}', 'status'],
		['{"status":"interrupted"}', 'status'],
		['{"status":"failed","exit_code":1.5}', 'exit_code'],
		['{"status":"failed","exit_code":"1"}', 'exit_code'],
		['{"status":"failed","size":"4"}', 'size'],
		['{"status":"failed","size":-1}', 'size']
	])('%s is refused', async (body, word) => {
		const deploy = await deploys.make(tenant);
		await expectRefused(await deploy.finish(body), word);
		expect((await deploy.get()).status).toBe('running');
	});

	test('and the beginning are lines in the logs of its service, which lead to it', async () => {
		const own = await site.tenant();
		const deploy = await deploys.make(own, { service: 'shop', environment: 'production', version: 'v7' });
		const stream = await own.stream('after=0');
		await stream.until((text) => /^id: 1\n.*\n\n/m.test(text));
		await deploy.finish({ status: 'failed', exit_code: 3 });
		await stream.until((text) => /^id: 2\n.*\n\n/m.test(text));
		await stream.close();
		const shown = {
			service: 'shop',
			attributes: { deploy: { id: deploy.id, version: 'v7', environment: 'production' } }
		};
		expect(stream.events().map(({ entry }) => entry)).toMatchObject([
			{
				...shown,
				level: 'info',
				message: 'deploy shop v7 to production started',
				attributes: { deploy: { status: 'running' } }
			},
			{ ...shown, level: 'error', attributes: { deploy: { id: deploy.id, status: 'failed' } } }
		]);
	});
});
