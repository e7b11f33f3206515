import { describe, expect, it } from 'vitest';
import { levelOf, levels } from '../../log/entry.ts';
import * as severity from './severity.ts';

function level(field: severity.Field, value: unknown): string | null {
	const read = severity.read(field, value);
	return read === null ? null : levelOf(read);
}

describe('a word', () => {
	it.each(levels.flatMap((name) => [[name, name] as const]))('%s is the level %s', (word, expected) => {
		expect(level('level', word)).toBe(expected);
		expect(level('severity', word.toUpperCase())).toBe(expected);
		expect(level('severityText', ` ${word[0]!.toUpperCase()}${word.slice(1)} `)).toBe(expected);
		expect(level('level', word[0])).toBe(expected);
	});

	it.each([
		['warning', 'warn'],
		['err', 'error'],
		['eror', 'error'],
		['severe', 'error'],
		['critical', 'fatal'],
		['crit', 'fatal'],
		['alert', 'fatal'],
		['emerg', 'fatal'],
		['emergency', 'fatal'],
		['panic', 'fatal'],
		['notice', 'info'],
		['information', 'info'],
		['Informational', 'info'],
		['VERBOSE', 'debug'],
		['fine', 'debug'],
		['FINEST', 'trace'],
		['INF', 'info'],
		['DBG', 'debug']
	])('%s is %s', (word, expected) => expect(level('level', word)).toBe(expected));

	it('may be a short name of OpenTelemetry', () => {
		expect(severity.read('severity_text', 'INFO2')).toBe(10);
		expect(severity.read('level', 'fatal4')).toBe(24);
	});

	it('keeps notice above info and emergency above critical', () => {
		expect(severity.read('level', 'notice')!).toBeGreaterThan(severity.read('level', 'info')!);
		expect(severity.read('level', 'emerg')!).toBeGreaterThan(severity.read('level', 'crit')!);
	});
});

describe('a number', () => {
	it.each([
		[10, 'trace'],
		[20, 'debug'],
		[30, 'info'],
		[35, 'info'],
		[40, 'warn'],
		[50, 'error'],
		[60, 'fatal']
	])('%i in `level` is pino: %s', (value, expected) => {
		expect(level('level', value)).toBe(expected);
		expect(level('level', String(value))).toBe(expected);
	});

	it.each([
		[0, 'fatal'],
		[1, 'fatal'],
		[2, 'fatal'],
		[3, 'error'],
		[4, 'warn'],
		[5, 'info'],
		[6, 'info'],
		[7, 'debug']
	])('%i in `level` and `PRIORITY` is syslog: %s', (value, expected) => {
		expect(level('level', value)).toBe(expected);
		expect(level('PRIORITY', String(value))).toBe(expected);
	});

	it.each(['severity', 'severityNumber', 'severity_number'] as const)('in `%s` is OpenTelemetry', (field) => {
		for (let number = 1; number <= 24; number += 1) expect(severity.read(field, number)).toBe(number);
		expect(severity.read(field, '17')).toBe(17);
		for (const other of [0, 25, 1.5, -1]) expect(severity.read(field, other)).toBeNull();
	});
});

it.each([
	8,
	9,
	61,
	2.5,
	-1,
	NaN,
	'loud',
	'',
	'http',
	'constructor',
	'__proto__',
	'x'.repeat(1e6),
	null,
	true,
	{},
	[]
])('%s is no level', (value) => {
	expect(severity.read('level', value)).toBeNull();
	expect(severity.read('PRIORITY', value)).toBeNull();
});
