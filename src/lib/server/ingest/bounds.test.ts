import { describe, expect, it } from 'vitest';
import * as bounds from './bounds.ts';

const parts: Omit<bounds.Parts, 'attributes' | 'message'> = {
	time: null,
	severity: 9,
	service: 'api',
	host: null,
	trace_id: null,
	span_id: null
};

function fit(message: string, attributes: Record<string, unknown> = {}) {
	const entry = bounds.fit({ ...parts, message, attributes });
	return { message: entry.message, attributes: JSON.parse(entry.attributes) as unknown };
}

/** An object nested this many levels, itself the first. */
function nested(levels: number): Record<string, unknown> {
	let value: Record<string, unknown> = {};
	for (let level = 1; level < levels; level += 1) value = { a: value };
	return value;
}

describe('a message', () => {
	it('of 256 KiB is whole, one byte more is cut', () => {
		const most = 'x'.repeat(bounds.messageBytes);
		expect(fit(most)).toEqual({ message: most, attributes: {} });
		expect(fit(most + 'y')).toEqual({ message: most, attributes: { truncated_bytes: 1 } });
	});

	it('is measured in bytes of UTF-8 and cut between characters', () => {
		const waves = '🌊'.repeat(bounds.messageBytes / 4);
		expect(fit(waves)).toEqual({ message: waves, attributes: {} });
		const { message, attributes } = fit('x' + waves);
		expect(message).toBe('x' + '🌊'.repeat(bounds.messageBytes / 4 - 1));
		expect(attributes).toEqual({ truncated_bytes: 4 });
	});

	it('is measured after its repair', () => {
		const { message, attributes } = fit('\0'.repeat(bounds.messageBytes / 3 + 1));
		expect(message).toBe('\ufffd'.repeat(Math.floor(bounds.messageBytes / 3)));
		expect(attributes).toEqual({ truncated_bytes: 3 });
	});

	it('that is cut does not push away an attribute called truncated_bytes', () => {
		const { attributes } = fit('x'.repeat(bounds.messageBytes + 5), { truncated_bytes: 'mine' });
		expect(attributes).toEqual({ truncated_bytes: 5, truncated_bytes_2: 'mine' });
	});
});

describe('attributes', () => {
	const overhead = '{"a":""}'.length;

	it('of 64 KiB are whole, of one byte more are dropped', () => {
		const most = { a: 'x'.repeat(bounds.attributesBytes - overhead) };
		expect(fit('m', { ...most }).attributes).toEqual(most);
		const more = { a: most.a + 'y' };
		expect(fit('m', more).attributes).toEqual({ truncated_bytes: bounds.attributesBytes + 1 });
	});

	it('are measured in bytes of UTF-8', () => {
		const most = { a: 'é'.repeat((bounds.attributesBytes - overhead) / 2) };
		expect(fit('m', { ...most }).attributes).toEqual(most);
		expect(fit('m', { a: most.a + 'é' }).attributes).toEqual({ truncated_bytes: bounds.attributesBytes + 2 });
	});

	it('that fill the limit stay when the message is cut', () => {
		const most = { a: 'x'.repeat(bounds.attributesBytes - overhead) };
		expect(fit('x'.repeat(bounds.messageBytes + 1), { ...most }).attributes).toEqual({
			...most,
			truncated_bytes: 1
		});
	});

	it('of 32 levels are whole, of 33 are dropped', () => {
		expect(fit('m', nested(32)).attributes).toEqual(nested(32));
		const bytes = JSON.stringify(nested(33)).length;
		expect(fit('m', nested(33)).attributes).toEqual({ truncated_bytes: bytes });
	});

	it('however deep are only dropped', () => {
		const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
		expect(fit('m', { deep }).attributes).toEqual({ truncated_bytes: 200_000 + '{"deep":}'.length });
	});

	it('dropped beside a message that is cut are counted together', () => {
		const attributes = { a: 'x'.repeat(bounds.attributesBytes - overhead + 1) };
		expect(fit('x'.repeat(bounds.messageBytes + 10), attributes).attributes).toEqual({
			truncated_bytes: bounds.attributesBytes + 1 + 10
		});
	});

	it('have no U+0000 and no lone surrogate, in keys and values, however nested', () => {
		expect(fit('m', { 'a\0': ['b\ud800', { '\udc00': '\0' }] }).attributes).toEqual({
			'a\ufffd': ['b\ufffd', { '\ufffd': '\ufffd' }]
		});
	});
});
