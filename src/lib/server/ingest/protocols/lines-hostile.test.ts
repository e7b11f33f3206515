import { describe, expect, it } from 'vitest';
import * as bounds from '../bounds.ts';
import { decode, decoded, json, messages, ndjson } from '../../../../../tests/support/logs/decoding.ts';

describe('hostile input', () => {
	const nests = ['['.repeat(5_000) + ']'.repeat(5_000), '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)];

	it.each([json, ndjson, null])('of 5,000 nested brackets is an entry wherever it stands: %s', (type) => {
		for (const nest of nests) {
			expect(messages(`{"message":${nest}}`, type)).toEqual([nest]);
			const { entries } = decoded(`{"message":"x","a":${nest},"attributes":{"b":${nest}}}`, type);
			expect(JSON.parse(entries[0]!.attributes)).toEqual({
				truncated_bytes: nest.length * 2 + '{"b":,"a":}'.length
			});
			expect(messages(`{"a":${nest}}`, type)).toEqual([`{"a":${nest}}`]);
			expect(messages(`{"message":"x","time":${nest},"level":${nest},"service":${nest}}`, type)).toEqual([
				'x'
			]);
		}
	});

	it('of millions of brackets is no JSON, and so a message where any text is one', () => {
		const nest = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
		expect(decode(`{"message":${nest}}`, json)).toMatchObject({
			status: 400,
			detail: expect.stringContaining('levels deep')
		});
		expect(decoded(`"a"\n${nest}\n"b"`, ndjson)).toMatchObject({
			entries: [{ message: 'a' }, { message: 'b' }],
			rejected: [{ index: 1, reason: expect.stringContaining('levels deep') }]
		});
		expect(messages(nest, null)).toEqual(['['.repeat(bounds.messageBytes)]);
	});

	it.each([
		['numbers', `{"a":[${'1e99,'.repeat(1_000_000)}1]}`],
		['large numbers', `{"a":[${'12345678901234567890,'.repeat(300_000)}1]}`],
		['large numbers in one text', `{"a":"${',12345678901234567890'.repeat(300_000)}"}`],
		['escaped quotes', `{"a":"${'\\"'.repeat(3_000_000)}","b":12345678901234567890}`],
		['backslashes', `{"a":"${'\\\\'.repeat(3_000_000)}","b":12345678901234567890}`],
		['escapes', `{"a":"${'\\u0000'.repeat(1_000_000)}"}`],
		['fractions', `{"a":0.${'1'.repeat(6_000_000)}}`],
		['digits', `{"a":${'1'.repeat(6_000_000)}}`],
		['spaces', `{"a":${' '.repeat(6_000_000)}1}`]
	])('of millions of %s takes no long time', (_name, body) => {
		const start = process.cpuUsage();
		expect(decoded(body, json).entries).toHaveLength(1);
		expect(process.cpuUsage(start).user).toBeLessThan(5_000_000); // µs of CPU time, whatever else the machine does
	});
});
