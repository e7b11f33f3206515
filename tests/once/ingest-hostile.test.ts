import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const json = { 'content-type': 'application/json' };
const ndjson = { 'content-type': 'application/x-ndjson' };

describe('hostile input', () => {
	const neighbour = { message: 'neighbour' };

	test.each([
		['5,000 nested brackets', '['.repeat(5_000) + ']'.repeat(5_000)],
		['5,000 nested objects', '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)],
		['5,000 brackets that never close', '['.repeat(5_000)],
		['100,000 nested brackets', '['.repeat(100_000) + ']'.repeat(100_000)],
		['a number of 5,000 digits', `{"message":"a","n":${'9'.repeat(5_000)}}`],
		['a number beyond all', '{"message":"a","n":1e999999}'],
		['an escaped U+0000 as a name', '{"message":"a","\\u0000":"\\u0000"}'],
		['a lone surrogate escaped', '{"message":"\\ud834","\\udd1e":"\\ud834"}'],
		['a message of control characters', '{"message":"\\u0001\\u001b[31m\\u007f\\u0085"}'],
		['what looks like SQL', `{"message":"'); DROP TABLE logs; --","service":"{\\"}"}`],
		['what breaks an array', '{"message":"\\\\\\"},{NULL","host":"\\\\"}'],
		['10,000 fields', `{${Array.from({ length: 10_000 }, (_, index) => `"f${index}":${index}`).join()}}`]
	])('%s costs no neighbour its line', async (_, hostile) => {
		const tenant = await site.tenant();
		const good = JSON.stringify(neighbour);
		const response = await tenant.post([good, hostile, good].join('\n'), ndjson);
		expect(response.status).toBe(200);
		const messages = await tenant.messages();
		expect(messages.filter((message) => message === neighbour.message)).toHaveLength(2);
		expect((await tenant.post(hostile, json)).status).toBeLessThan(500);
		expect((await tenant.post(hostile, {})).status).toBeLessThan(500);
	});

	test.each<[string, Buffer, Record<string, string>, string]>([
		[
			'Latin-1 that says so',
			Buffer.from('h\xf6hle', 'latin1'),
			{ 'content-type': 'text/plain; charset=latin1' },
			'höhle'
		],
		['Latin-1 that does not', Buffer.from('h\xf6hle', 'latin1'), {}, 'h\ufffdhle'],
		['UTF-16 with its mark', Buffer.from('\ufeffhöhle', 'utf16le'), {}, 'höhle'],
		[
			'UTF-16 that says so',
			Buffer.from('höhle', 'utf16le'),
			{ 'content-type': 'text/plain; charset=utf-16le' },
			'höhle'
		],
		['UTF-8 with its mark', Buffer.from('\ufeff{"message":"höhle"}'), json, 'höhle'],
		['UTF-8 that is cut off', Buffer.from('höhle ö').subarray(0, 8), {}, 'höhle \ufffd'],
		[
			'a charset nobody knows',
			Buffer.from('höhle'),
			{ 'content-type': 'text/plain; charset=klingon' },
			'höhle'
		]
	])('%s becomes text', async (_, bytes, headers, message) => {
		const tenant = await site.tenant();
		expect((await tenant.post(new Uint8Array(bytes), headers)).status).toBe(200);
		expect(await tenant.messages()).toEqual([message]);
	});

	test('whatever the bytes and whatever they are said to be, the answer is never a 5xx', async () => {
		const tenant = await site.tenant();
		const types = fc.constantFrom(
			'application/json',
			'application/x-ndjson',
			'text/plain',
			'a/b; charset=utf-16',
			''
		);
		const encodings = fc.constantFrom('', '', 'gzip', 'deflate', 'br', 'zstd');
		const bodies = fc.oneof(
			fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
			fc.json().map((text) => new Uint8Array(Buffer.from(text))),
			fc.json().map((text) => new Uint8Array(gzipSync(text)))
		);
		await fc.assert(
			fc.asyncProperty(types, encodings, bodies, async (type, encoding, body) => {
				const headers = {
					...(type && { 'content-type': type }),
					...(encoding && { 'content-encoding': encoding })
				};
				expect([200, 400]).toContain((await tenant.post(body, headers)).status);
			}),
			{ numRuns: 200 }
		);
	});

	test('whatever an entry holds, it costs no neighbour its line and is stored if it is an object with anything in it', async () => {
		const tenant = await site.tenant();
		let seq = 0;
		const names = fc.constantFrom(
			'message',
			'msg',
			'level',
			'time',
			'ts',
			'service',
			'host',
			'attributes',
			'trace_id',
			'x'
		);
		const values = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double());
		const entries = fc.dictionary(names, values, { minKeys: 1 });
		await fc.assert(
			fc.asyncProperty(fc.array(entries, { minLength: 1, maxLength: 5 }), async (batch) => {
				const receipt = await tenant.send(neighbour, ...batch, neighbour);
				expect(receipt).toEqual({
					accepted: batch.length + 2,
					rejected: 0,
					first_seq: seq + 1,
					last_seq: (seq += batch.length + 2)
				});
			}),
			{ numRuns: 100 }
		);
	});
});
