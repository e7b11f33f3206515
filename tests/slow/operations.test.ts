import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import { expectProblem } from '../support/server/problem.ts';
import { rawRequest } from '../support/server/raw-request.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite({ HOST: '0.0.0.0' })));
afterAll(() => site.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
	fetch(site.server.url + path, { headers });

describe('probes', () => {
	test('say that the server lives and is ready, to anybody, uncached', async () => {
		const [healthz, readyz] = [await get('/healthz'), await get('/readyz')];
		expect([healthz.status, await healthz.text()]).toEqual([200, 'ok\n']);
		expect([readyz.status, await readyz.json()]).toEqual([200, { ready: true }]);
		expect([healthz, readyz].map(({ headers }) => headers.get('cache-control'))).toEqual([
			'no-store',
			'no-store'
		]);
	});
});

describe('/metrics', () => {
	async function values(): Promise<Map<string, number>> {
		const text = await (await get('/metrics')).text();
		const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
		return new Map(
			lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))])
		);
	}

	test('counts what came in and what went out', async () => {
		const tenant = await site.tenant();
		const before = await values();
		const stream = await tenant.stream();
		await tenant.send('one', 'two', 'three');
		await stream.until((text) => text.includes('"three"'));
		const windowed = await tenant.stream('after=0&window=1');
		await windowed.until((text) => text.includes('"three"'));
		const after = await values();
		const grown = (name: string) =>
			(after.get(`tailrace_${name}`) ?? NaN) - (before.get(`tailrace_${name}`) ?? NaN);
		expect({
			linesIn: grown('lines_in_total'),
			commits: grown('commits_total'),
			batches: grown('commit_lines_count'),
			batchLines: grown('commit_lines_sum'),
			commitTimes: grown('commit_seconds_count'),
			streams: grown('streams'),
			linesOut: grown('lines_out_total'),
			skipped: grown('lines_skipped_total'),
			missed: grown('missed_wake_ups_total'),
			queue: after.get('tailrace_queue_bytes')
		}).toEqual({
			linesIn: 3,
			commits: 1,
			batches: 1,
			batchLines: 3,
			commitTimes: 1,
			streams: 2,
			linesOut: 4,
			skipped: 2,
			missed: 0,
			queue: 0
		});
		expect(grown('wake_ups_total')).toBeGreaterThan(0);
		expect(grown('read_seconds_count')).toBeGreaterThan(0);
		for (const stream_ of [stream, windowed]) await stream_.close();
	});

	test('count what waits to be sent, and what was', async () => {
		const of = async (name: string, kind: string) =>
			(await values()).get(`tailrace_outbox_${name}{kind="${kind}"}`) ?? 0;
		const before = await of('delivered_total', 'announcement');
		await (await deploys.make(await site.tenant())).finish();
		await expect.poll(() => of('delivered_total', 'announcement')).toBe(before + 2);
		await expect.poll(() => of('waiting', 'announcement')).toBe(0);
		expect((await values()).get('tailrace_outbox_waiting{kind="mail"}')).toBe(0);
	});

	test.each([
		['says whom it forwards for', { 'x-forwarded-for': '10.0.0.1' }],
		['says so in the standard way', { forwarded: 'for=10.0.0.1' }],
		['says only what it is', { via: '1.1 varnish' }],
		['passes on the name that it was called by', { host: 'logs.example.com' }]
	])('are not for somebody behind a proxy that %s', async (_, headers) => {
		expect((await rawRequest(site.server.url, { path: '/metrics', headers })).status).toBe(403);
	});

	test('are for a program on this machine, whichever of its names it uses', async () => {
		for (const host of [
			'localhost',
			'localhost:3000',
			'127.0.0.1:3000',
			'[::1]:3000',
			'tailrace.localhost'
		]) {
			expect((await rawRequest(site.server.url, { path: '/metrics', headers: { host } })).status, host).toBe(
				200
			);
		}
	});

	test('are not for a client behind nginx, which by default speaks HTTP/1.0 and adds nothing', async () => {
		const socket = connect(site.server.port, '127.0.0.1');
		onTestFinished(() => void socket.destroy());
		socket.write(`GET /metrics HTTP/1.0\r\nHost: 127.0.0.1:${site.server.port}\r\nConnection: close\r\n\r\n`);
		const [answer] = (await once(socket, 'data')) as [Buffer];
		expect(answer.toString()).toMatch(/^HTTP\/1\.1 403 /);
	});

	const outside = Object.values(networkInterfaces())
		.flat()
		.find((address) => address?.family === 'IPv4' && !address.internal)?.address;
	test.runIf(outside)('are not for another machine', async () => {
		await expectProblem(await fetch(`http://${outside}:${site.server.port}/metrics`), 403);
		expect((await fetch(`http://${outside}:${site.server.port}/healthz`)).status).toBe(200);
	});
});

describe('every answer', () => {
	test.each(['/sign-in', '/healthz', '/api/logs', '/nothing', '/api/nothing'])(
		'carries the security headers: %s',
		async (path) => {
			expect(Object.fromEntries((await get(path)).headers)).toMatchObject({
				'x-content-type-options': 'nosniff',
				'x-frame-options': 'DENY',
				'referrer-policy': 'same-origin',
				'cross-origin-resource-policy': 'same-origin'
			});
		}
	);

	test('of HTML or JSON is compressed, unless another site asks; a stream is not, and comes at once', async () => {
		const tenant = await site.tenant();
		await tenant.send(...Array.from({ length: 300 }, (_, n) => `line ${n}`));
		const reader = await tenant.signedIn();
		const headers = { 'accept-encoding': 'gzip' };
		const encodingOf = async (path: string, more: Record<string, string> = {}) => {
			const answer = await reader.fetch(path, { headers: { ...headers, ...more } });
			expect(await answer.text()).toContain('line 299');
			return answer.headers.get('content-encoding');
		};
		const logs = `/${tenant.org.slug}/logs`;
		expect(await encodingOf(logs)).toBe('gzip');
		expect(await encodingOf(`${logs}/__data.json`)).toBe('gzip');
		expect(await encodingOf(`/api/logs?org=${tenant.org.slug}`)).toBe('gzip');
		expect(await encodingOf(logs, { 'sec-fetch-site': 'cross-site' })).toBeNull();

		const stream = await tenant.stream('tail=1', headers);
		expect(stream.response.headers.get('content-encoding')).toBeNull();
		await tenant.send('the newest');
		await stream.until((text) => text.includes('the newest'));
		await stream.close();
	});

	test('that is a page runs no script but its own, and sends nothing elsewhere', async () => {
		const tenant = await site.tenant();
		await tenant.send('</script><script>alert(1)</script>');
		const page = await (await tenant.signedIn()).fetch(`/${tenant.org.slug}/logs`);
		const policy = new Map(
			(page.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
				const [name = '', ...sources] = directive.split(' ');
				return [name, sources];
			})
		);
		expect(policy.get('default-src')).toEqual(["'none'"]);
		expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
		expect(policy.get('connect-src')).toEqual(["'self'"]);
		const nonce = policy
			.get('script-src')
			?.find((source) => source.startsWith("'nonce-"))
			?.slice(7, -1);
		expect(policy.get('script-src')).toEqual(["'self'", `'nonce-${nonce}'`]);

		const html = await page.text();
		const scripts = [...html.matchAll(/<script\b([^>]*)>/g)].map(([, attributes]) => attributes);
		expect(scripts.length).toBeGreaterThan(0);
		for (const attributes of scripts) expect(attributes).toContain(`nonce="${nonce}"`);
		expect(html).not.toMatch(/<[^>]+\son\w+=/);
	});
});

describe('an error of the API is a problem document', () => {
	let tenant: Tenant;
	beforeAll(async () => void (tenant = await site.tenant()));

	test.each([
		['GET', '/api/nothing', 404],
		['DELETE', '/api/logs', 405],
		['POST', '/api/logs/stream', 405],
		['GET', '/api/%FF', 400],
		['GET', '/api/logs?limit=x', 400]
	])('%s %s: %i', async (method, path, status) => {
		const answer = await tenant.fetch(path, { method });
		await expectProblem(answer, status);
		if (status === 405) expect(answer.headers.get('allow')).toContain('GET');
	});
});
