import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import { decode, decoded, json, messages, ndjson, now } from '../../../../../tests/support/logs/decoding.ts';

/** What the store relies on, whatever was sent. */
function expectStorable(entry: NewEntry): void {
	const texts = [entry.message, entry.service, entry.host, entry.trace_id, entry.span_id, entry.attributes];
	for (const text of texts) {
		expect(text === null || (text.isWellFormed() && !text.includes('\0'))).toBe(true);
	}
	expect(entry.attributes).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/);
	expect(Buffer.byteLength(entry.message)).toBeLessThanOrEqual(bounds.messageBytes);
	expect(Buffer.byteLength(entry.attributes)).toBeLessThanOrEqual(bounds.attributesBytes + 50);
	const attributes: unknown = JSON.parse(entry.attributes);
	expect(typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes)).toBe(true);
	expect(Number.isInteger(entry.severity) && entry.severity >= 1 && entry.severity <= 24).toBe(true);
	const { time } = entry;
	expect(time === null || (Number.isInteger(time) && time >= 0 && time <= now + 86_400_000)).toBe(true);
	expect(entry.service.length > 0 && entry.service.length <= 256).toBe(true);
	for (const name of [entry.host, entry.trace_id, entry.span_id]) {
		expect(name === null || (name.length > 0 && name.length <= 256)).toBe(true);
	}
}

describe('whatever is sent', () => {
	const names =
		'message msg log body time timestamp @timestamp ts level severity severityNumber PRIORITY service host trace_id ' +
		'traceId span_id attributes original_time truncated_bytes __proto__ constructor toJSON';
	const odd = fc
		.array(fc.constantFrom('\0', '\ud800', '\udfff', '🌊', 'é', 'x', '\\', '"', 'u0000', '\n', '1'), {
			maxLength: 8
		})
		.map((parts) => parts.join(''));
	const scalar = fc.oneof(
		odd,
		fc.double({ noNaN: true, noDefaultInfinity: true }),
		fc.maxSafeInteger(),
		fc.boolean(),
		fc.constant(null),
		fc.date().map(String)
	);
	const value = fc.letrec((tie) => ({
		any: fc.oneof({ maxDepth: 5 }, scalar, fc.array(tie('any'), { maxLength: 4 }), tie('object')),
		object: fc
			.array(fc.tuple(fc.oneof(fc.constantFrom(...names.split(' ')), odd), tie('any')), { maxLength: 6 })
			// As text, so that names may repeat and `__proto__` is a name.
			.map((pairs) => Object.fromEntries(pairs))
	})).any;
	const type = fc.constantFrom(
		null,
		json,
		ndjson,
		'text/plain',
		'text/plain; charset=utf-16',
		'; charset=klingon'
	);

	it('as a JSON value, all of it is an entry or rejected, and every entry can be stored', () => {
		fc.assert(
			fc.property(fc.array(value, { maxLength: 5 }), fc.boolean(), (items, asLines) => {
				const body = asLines ? items.map((item) => JSON.stringify(item)).join('\n') : JSON.stringify(items);
				const { entries, rejected } = decoded(body, asLines ? ndjson : json);
				expect(entries.length + rejected.length).toBe(items.length);
				const isEntry = (item: unknown) =>
					item !== null && !Array.isArray(item) && (typeof item !== 'object' || Object.keys(item).length > 0);
				expect(entries).toHaveLength(items.filter(isEntry).length);
				entries.forEach(expectStorable);
			}),
			{ numRuns: 1_000 }
		);
	});

	it('as bytes, it is decoded or refused, and every entry can be stored', () => {
		const bytes = fc.oneof(
			fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
			fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
			// Truncated JSON, so nearly right.
			fc.tuple(value, fc.nat(200)).map(([item, end]) => Buffer.from(JSON.stringify(item)).subarray(0, end))
		);
		fc.assert(
			fc.property(bytes, type, (body, contentType) => {
				const result = decode(body, contentType);
				if ('status' in result) expect(result.status).toBe(400);
				else result.entries.forEach(expectStorable);
			}),
			{ numRuns: 1_000 }
		);
	});

	it('as text, every line that is not blank is a message', () => {
		const line = fc.string({ unit: 'grapheme' }).map((text) => `# ${text.replace(/[\r\n\0]/g, '')}`);
		fc.assert(
			fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\n\n'), (lines, end) => {
				expect(messages(lines.join(end), null)).toEqual(lines);
			})
		);
	});
});
