import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encode, printedAt, readAt } from './entry.ts';

const now = new Date('2026-11-28T12:00:00.000Z');
const observed_time = now.toISOString();
beforeEach(() => void vi.stubEnv('TZ', 'UTC'));
afterEach(() => void vi.unstubAllEnvs());

const entries = (line: string) =>
	encode(line, readAt(now))
		.split('\n')
		.slice(0, -1)
		.map((text) => JSON.parse(text) as Record<string, unknown>);

test('a line of text becomes a message with the time at which it was read', () => {
	expect(entries('hello "world"\t\u001b[32mgreen')).toEqual([
		{ observed_time, message: 'hello "world"\t\u001b[32mgreen' }
	]);
});

test('a JSON object becomes an entry as it stands, with a time only where it has none', () => {
	expect(encode('{"msg":"a","id":12345678901234567890}', readAt(now))).toBe(
		`{"observed_time":"${observed_time}","msg":"a","id":12345678901234567890}\n`
	);
	for (const line of ['{"ts":1,"msg":"a"}', '{"@timestamp":"x"}', ' {"time":null} '])
		expect(encode(line, readAt(now))).toBe(`${line}\n`);
});

test('where local time is not UTC the time at which a line was read counts more than one in its text', () => {
	vi.stubEnv('TZ', 'Europe/Berlin');
	expect(encode('2026-11-28 11:00:00 hello', readAt(new Date(now)))).toBe(
		`{"time":"${observed_time}","message":"2026-11-28 11:00:00 hello"}\n`
	);
});

test('what the source noted is the time of a line', () => {
	expect(encode('hello', printedAt(1_795_000_000))).toBe('{"time":1795000000,"message":"hello"}\n');
	expect(encode('{"ts":1}', printedAt(1_795_000_000))).toBe('{"ts":1}\n');
});

test.each(['{}', '[1]', '"text"', 'null', '{not json}', '{"a":1} {"b":2}', '17'])(
	'%s is a message',
	(line) => {
		expect(entries(line)).toEqual([{ observed_time, message: line }]);
	}
);

test('a blank line is nothing', () => {
	expect([encode('', readAt(now)), encode(' \t', readAt(now))]).toEqual(['', '']);
});

test('a message that is too long for one entry comes in several, none of its characters split', () => {
	const line = `x${'🚀ä'.repeat(100_000)}`;
	const messages = entries(line).map(({ message }) => String(message));
	expect(messages.join('')).toBe(line);
	expect(messages.length).toBeGreaterThan(1);
	expect(messages.every((message) => message.isWellFormed() && Buffer.byteLength(message) <= 262_144)).toBe(
		true
	);
});

test('any line gives lines that are JSON objects', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (line) => {
			const wellFormed = line.toWellFormed().replaceAll('\n', ' ');
			for (const entry of entries(wellFormed)) expect(Object.keys(entry).length).toBeGreaterThan(0);
		})
	);
});
