import { once } from 'node:events';
import { request as open, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** Two of these leave an organization less room than `body` takes (ingest/admission.ts). */
const heldBytes = 50_000_000;
const document = JSON.stringify({ message: 'x'.repeat(400) });
const body = `{"create":{}}\n${document}\n{"delete":{"_id":"1"}}\n`.repeat(2_000);

/** Sends a body, all but its last byte. */
async function hold({ origin, made }: Tenant): Promise<() => void> {
	const headers = { authorization: `Bearer ${made.key}`, 'content-length': String(heldBytes) };
	const request = open(`${origin}/api/logs`, { agent: false, method: 'POST', headers });
	request.on('error', () => {});
	onTestFinished(() => void request.destroy());
	if (!request.write(Buffer.alloc(heldBytes - 1, 0x20))) await once(request, 'drain');
	return () => void request.destroy();
}

/** Sends the body as rsyslog does, without a User-Agent: whether a whole answer came. */
async function unnamed({ origin, made }: Tenant): Promise<boolean> {
	const headers = { authorization: `Bearer ${made.key}`, 'content-type': 'application/json' };
	const request = open(`${origin}/es/_bulk`, { method: 'POST', headers });
	let answer: IncomingMessage | undefined;
	request.on('response', (response) => (answer = response.resume().on('error', () => {})));
	request.on('error', () => {}).end(body);
	await new Promise((resolve) => request.on('close', resolve));
	return answer?.complete ?? false;
}

test('without room a client of Elastic is answered 429 for each action, any other for the request', async () => {
	const tenant = await site.tenant();
	const held = [await hold(tenant), await hold(tenant)];
	const post = (headers: Record<string, string> = {}, bytes = Buffer.from(body)) =>
		tenant.post(bytes, { 'content-type': 'application/x-ndjson', ...headers }, '/es/_bulk');
	await expect.poll(async () => (await post()).status, { timeout: 30_000 }).toBe(429);
	const before = (await tenant.lines()).length;

	const plain = await post();
	expect(plain.headers.get('x-elastic-product')).toBe('Elasticsearch');
	expect(plain.headers.get('retry-after')).toMatch(/^\d+$/);
	expect(await plain.json()).toMatchObject({
		status: 429,
		error: { type: 'es_rejected_execution_exception' }
	});

	const meta = { 'x-elastic-client-meta': 'es=9.4.3,js=24.0.0,t=9.4.3' };
	const zipped = { ...meta, 'content-encoding': 'gzip' };
	for (const response of [await post(meta), await post(zipped, gzipSync(body))]) {
		expect(response.status).toBe(200);
		const answer = (await response.json()) as {
			errors: boolean;
			items: Record<string, { status: number }>[];
		};
		expect(answer.errors).toBe(true);
		expect(answer.items).toHaveLength(4_000);
		expect(answer.items.slice(0, 2)).toMatchObject([
			{ create: { status: 429 } },
			{ delete: { status: 429 } }
		]);
	}
	expect(await unnamed(tenant)).toBe(false);
	expect(site.server.output()).not.toContain('"level":50');
	expect((await tenant.lines()).length).toBe(before);

	for (const release of held) release();
	await expect.poll(async () => (await post(meta)).text(), { timeout: 30_000 }).toContain('"status":201');
	expect(await unnamed(tenant)).toBe(true);
});
