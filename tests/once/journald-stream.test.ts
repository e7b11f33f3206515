import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const entry = (n: number) => `__CURSOR=s=a;i=${n}\nMESSAGE=line ${n}\nSYSLOG_IDENTIFIER=shop\n\n`;
const entries = (first: number, count: number) =>
	Array.from({ length: count }, (_, index) => entry(first + index)).join('');
/** Lines in a slice. */
const sliceLines = 2_000;

interface Uploading {
	write(text: string): void;
	end(text?: string): void;
	answered: Promise<IncomingMessage>;
}

/** Begins an upload as systemd-journal-upload does: chunked, and only once the server wants it. */
async function begin({ origin, made }: Tenant, key = made.key): Promise<Uploading> {
	const headers = {
		authorization: `Bearer ${key}`,
		'content-type': 'application/vnd.fdo.journal',
		expect: '100-continue'
	};
	const upload = request(`${origin}/journald/upload`, { method: 'POST', agent: false, headers });
	onTestFinished(() => void upload.destroy());
	upload.on('error', () => {}); // of those that are cut
	upload.flushHeaders();
	const answered = once(upload, 'response').then(([answer]) => answer as IncomingMessage);
	answered.catch(() => {});
	await once(upload, 'continue');
	return { write: (text) => void upload.write(text), end: (text) => void upload.end(text), answered };
}

async function head({ origin, made }: Tenant): Promise<number> {
	const headers = { authorization: `Bearer ${made.key}` };
	const answer = await fetch(`${origin}/api/logs?limit=1`, { headers });
	return ((await answer.json()) as { head: number }).head;
}

/** What a request with this key is answered; it stores nothing. */
async function statusOf({ origin }: Tenant, key: string): Promise<number> {
	const headers = { authorization: `Bearer ${key}` };
	const answer = await fetch(`${origin}/journald/upload`, { method: 'POST', headers, body: '' });
	return answer.status;
}

const reaches = (tenant: Tenant, lines: number) =>
	expect.poll(() => head(tenant), { timeout: 20_000 }).toBe(lines);

test('lines of a journal are stored while it is still coming', async () => {
	const tenant = await site.tenant();
	const upload = await begin(tenant);
	upload.write(entries(1, sliceLines));
	await reaches(tenant, sliceLines);
	upload.end(entries(sliceLines + 1, 5));
	const answer = await upload.answered;
	expect([answer.statusCode, await json(answer)]).toEqual([200, { accepted: sliceLines + 5, rejected: 0 }]);
	expect(await head(tenant)).toBe(sliceLines + 5);
});

test('a journal may be larger than any other body', async () => {
	const tenant = await site.tenant();
	const upload = await begin(tenant);
	const large = `MESSAGE=${'x'.repeat(1024 * 1024 - 100)}\n\n`;
	for (let n = 0; n < 70; n++) upload.write(large);
	upload.end();
	expect((await upload.answered).statusCode).toBe(200);
	expect(await head(tenant)).toBe(70);
});

test('what comes again is stored once, however the uploads were cut', async () => {
	const tenant = await site.tenant();
	const upload = async (first: number, count: number) => {
		const answer = await tenant.post(entries(first, count), {}, '/journald/upload');
		expect(answer.status).toBe(200);
	};
	await upload(1, 10);
	await upload(11, sliceLines + 100);
	await upload(1, 2 * sliceLines);
	expect(await head(tenant)).toBe(2 * sliceLines);
	await upload(1, 3 * sliceLines);
	await upload(1, 3 * sliceLines);
	expect(await head(tenant)).toBe(3 * sliceLines);
	const messages = await tenant.messages();
	expect(messages).toEqual(Array.from({ length: 1_000 }, (_, index) => `line ${index + 1}`));
});

test('a key that is revoked meanwhile stores no further slice', async () => {
	const tenant = await site.tenant();
	const other = await tenant.made.makeKey(['write']);
	const upload = await begin(tenant, other);
	upload.write(entries(1, sliceLines));
	await reaches(tenant, sliceLines);
	await site.database.sql`
		DELETE FROM api_keys WHERE org_id = ${tenant.org.id} AND scopes = '{write}'`;
	await expect.poll(() => statusOf(tenant, other)).toBe(401); // the server has heard of it
	upload.write(entries(sliceLines + 1, sliceLines));
	expect((await upload.answered).statusCode).toBe(401);
	expect(await head(tenant)).toBe(sliceLines);
});

test('a journal that is broken midway is refused, after what came before is stored', async () => {
	const tenant = await site.tenant();
	const answer = await tenant.post(`${entries(1, 3)}no field\n\n`, {}, '/journald/upload');
	expect([answer.status, await head(tenant)]).toEqual([400, 3]);
});

test('a journal that is cut stores its whole slices, and the server goes on', async () => {
	const tenant = await site.tenant();
	const upload = request(`${tenant.origin}/journald/upload`, {
		method: 'POST',
		agent: false,
		headers: { authorization: `Bearer ${tenant.made.key}` }
	});
	upload.on('error', () => {}); // it is cut
	upload.write(entries(1, sliceLines + 10));
	await reaches(tenant, sliceLines);
	upload.destroy();
	await tenant.post(entries(1, sliceLines + 20), {}, '/journald/upload');
	expect(await head(tenant)).toBe(sliceLines + 20);
});

test('a journal may come in gzip; what is not gzip is refused, and other encodings are', async () => {
	const tenant = await site.tenant();
	const send = async (body: Uint8Array<ArrayBuffer>, encoding: string) =>
		(await tenant.post(body, { 'content-encoding': encoding }, '/journald/upload')).status;
	const zipped = gzipSync(entries(1, 3));
	expect(await send(zipped, 'gzip')).toBe(200);
	expect(await send(Buffer.from('MESSAGE=a\n\n'), 'gzip')).toBe(400);
	expect(await send(zipped, 'br')).toBe(415);
	expect(await head(tenant)).toBe(3);
});
