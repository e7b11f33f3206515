import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const json = { 'content-type': 'application/json' };

describe('a body is read by its content type', () => {
	const two = '{"message":"one"}\n{"message":"two"}\n';
	test.each([
		['application/json', '{"message":"one"}', ['one']],
		['application/json; charset=utf-8', '[{"message":"one"},{"message":"two"}]', ['one', 'two']],
		['application/x-ndjson', two, ['one', 'two']],
		['application/jsonl', two, ['one', 'two']],
		['application/stream+json', two, ['one', 'two']],
		['text/plain', 'one\r\n\r\n  two\nthree', ['one', '  two', 'three']],
		['text/plain', two, ['one', 'two']],
		['application/octet-stream', '[{"message":"one"},"two"]', ['one', 'two']],
		['application/x-www-form-urlencoded', '{"message":"one"}', ['one']],
		['application/x-www-form-urlencoded', 'one=1&two', ['one=1&two']],
		['multipart/form-data; boundary=x', 'one', ['one']],
		['what is this', two, ['one', 'two']]
	])('%s: %j', async (type, body, messages) => {
		const tenant = await site.tenant();
		const response = await tenant.post(body, { 'content-type': type });
		expect(await response.json()).toEqual({
			accepted: messages.length,
			rejected: 0,
			first_seq: 1,
			last_seq: messages.length
		});
		expect(await tenant.messages()).toEqual(messages);
	});

	test.each([two, 'one\ntwo', '["one", "two"]'])(
		'and without one by what it looks like: %j',
		async (body) => {
			const tenant = await site.tenant();
			expect((await tenant.post(body)).status).toBe(200);
			expect(await tenant.messages()).toEqual(['one', 'two']);
		}
	);
});

describe('an encoding is undone', () => {
	test.each([
		['gzip', gzipSync],
		['x-gzip', gzipSync],
		['deflate', deflateSync],
		['deflate', deflateRawSync],
		['br', brotliCompressSync],
		['zstd', zstdCompressSync],
		['identity', (bytes: Buffer) => bytes],
		['GZIP', gzipSync],
		['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))]
	])('%s', async (encoding, compress) => {
		const tenant = await site.tenant();
		const body = new Uint8Array(compress(Buffer.from('[{"message":"wörld"}]')));
		const response = await tenant.post(body, { ...json, 'content-encoding': encoding });
		expect(response.status).toBe(200);
		expect(await tenant.messages()).toEqual(['wörld']);
	});
});

describe('an entry', () => {
	/** The line that becomes of an entry, sent with such parameters. */
	async function stored(entry: unknown, parameters = '') {
		const tenant = await site.tenant();
		const response = await tenant.post(JSON.stringify(entry), json, `/api/logs?${parameters}`);
		expect(await response.json()).toMatchObject({ accepted: 1 });
		return (await tenant.lines())[0];
	}

	test('is kept with all that it says', async () => {
		const entry = {
			message: 'paid',
			level: 'warn',
			time: '2026-01-02T03:04:05.678Z',
			service: 'shop',
			host: 'web-1',
			trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
			span_id: '00f067aa0ba902b7',
			attributes: { user: { id: 7 } },
			amount: 12.5
		};
		expect(await stored(entry)).toEqual({
			seq: 1,
			time: '2026-01-02T03:04:05.678Z',
			received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
			level: 'warn',
			severity: 13,
			service: 'shop',
			host: 'web-1',
			message: 'paid',
			attributes: { user: { id: 7 }, amount: 12.5 },
			trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
			span_id: '00f067aa0ba902b7'
		});
	});

	test('with a message alone is of now, info, and the service default', async () => {
		const line = await stored({ message: 'hello' });
		expect(line).toMatchObject({
			level: 'info',
			service: 'default',
			host: null,
			attributes: {},
			trace_id: null
		});
		expect(line?.time).toBe(line?.received_at);
	});

	test.each([
		[{ msg: 'a' }, { message: 'a' }],
		[{ log: 'a' }, { message: 'a' }],
		[{ body: 'a' }, { message: 'a' }],
		[{ message: 'a', level: 50 }, { level: 'error' }],
		[{ message: 'a', level: 3 }, { level: 'error' }],
		[{ message: 'a', severity: 'WARNING' }, { level: 'warn' }],
		[{ message: 'a', timestamp: 1_767_323_045.678 }, { time: '2026-01-02T03:04:05.678Z' }],
		[{ message: 'a', '@timestamp': 1_767_323_045_678 }, { time: '2026-01-02T03:04:05.678Z' }],
		[{ message: 'a', ts: 1_767_323_045_678_000 }, { time: '2026-01-02T03:04:05.678Z' }],
		[{ message: 'a', time: '1767323045678000000' }, { time: '2026-01-02T03:04:05.678Z' }],
		[{ a: 1 }, { message: '{"a":1}', attributes: { a: 1 } }]
	])('says the same in other words: %j', async (entry, line) => {
		expect(await stored(entry)).toMatchObject(line);
	});

	test('that does not say it itself gets what the parameters say', async () => {
		const parameters = 'service=cron&level=error&host=box';
		const expected = { service: 'cron', level: 'error', host: 'box' };
		expect(await stored({ message: 'a' }, parameters)).toMatchObject(expected);
		const own = { service: 'api', level: 'debug', host: 'web-1' };
		expect(await stored({ message: 'a', ...own }, parameters)).toMatchObject(own);
	});
});

describe('the lines of a request', () => {
	test('have consecutive numbers in its order, however many requests come at once', async () => {
		const tenant = await site.tenant();
		const requests = Array.from({ length: 40 }, (_, request) =>
			Array.from({ length: 1 + (request % 7) }, (_, line) => ({ message: `${request}/${line}` }))
		);
		const receipts = await Promise.all(requests.map((entries) => tenant.send(...entries)));
		const lines = await tenant.lines();
		expect(lines.map(({ seq }) => seq)).toEqual(Array.from(lines, (_, index) => index + 1));
		expect(lines).toHaveLength(requests.flat().length);
		receipts.forEach(({ first_seq, last_seq }, index) => {
			const own = lines.filter(({ seq }) => seq >= first_seq && seq <= last_seq);
			expect(own.map(({ message }) => ({ message }))).toEqual(requests[index]);
		});
	});

	test('can be read as soon as the request is answered', async () => {
		const tenant = await site.tenant();
		for (let count = 1; count <= 20; count++) {
			const { last_seq } = await tenant.send({ message: `line ${count}` });
			const [newest] = (
				(await (await tenant.fetch('/api/logs?limit=1')).json()) as { logs: { seq: number }[] }
			).logs;
			expect(newest?.seq).toBe(last_seq);
		}
	});
});
