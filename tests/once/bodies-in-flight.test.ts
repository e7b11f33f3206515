import { once } from 'node:events';
import { request as open, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** A body of nearly 10 MiB; so many of one organization are too many: it has room for 96 MiB (ingest/admission.ts). */
const body = `{"message":"${'x'.repeat(1_000)}"}\n`.repeat(9_700);
const tooMany = 11;

interface Upload {
	request: ClientRequest;
	answered: Promise<IncomingMessage>;
}

/** Begins a request with a body of this size, and sends nothing of it. */
function begin({ origin, made }: Tenant, size: number): Upload {
	const headers = { authorization: `Bearer ${made.key}`, 'content-type': 'application/x-ndjson' };
	const request = open(`${origin}/api/logs`, {
		agent: false,
		method: 'POST',
		headers: { ...headers, 'content-length': String(size) }
	});
	onTestFinished(() => void request.destroy());
	const answered = once(request, 'response').then(([response]) => (response as IncomingMessage).resume());
	answered.catch(() => {}); // of those that are cut
	request.on('error', () => {});
	request.flushHeaders();
	return { request, answered };
}

/** Begins to send the body, all but its last byte. */
function hold(tenant: Tenant): Upload {
	const upload = begin(tenant, body.length);
	upload.request.write(body.slice(0, -1));
	return upload;
}

test('bodies beyond the room for all of them are answered 429 before they are read, and nobody else is', async () => {
	const [flooding, other] = [await site.tenant(), await site.tenant()];
	const uploads = Array.from({ length: tooMany }, () => hold(flooding));
	const [refused, at] = await Promise.race(
		uploads.map(async ({ answered }, index) => [await answered, index] as const)
	);
	expect(refused.statusCode).toBe(429);
	expect(refused.headers['retry-after']).toMatch(/^\d+$/);

	const unread = await begin(flooding, 10 * 1024 * 1024).answered;
	expect(unread.statusCode).toBe(429);
	expect((await other.send({ message: 'not in your way' })).accepted).toBe(1);

	const [first, ...rest] = uploads.filter((_, index) => index !== at);
	first?.request.end(body.slice(-1));
	expect((await first?.answered)?.statusCode).toBe(200);
	for (const { request } of rest) request.destroy();
	const again = () => flooding.post(body, { 'content-type': 'application/x-ndjson' });
	await expect.poll(async () => (await again()).status, { timeout: 20_000 }).toBe(200);
});
