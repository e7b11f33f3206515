import { afterEach, beforeEach, expect, test } from 'vitest';
import * as axis from './axis.ts';

const zone = process.env.TZ;

beforeEach(() => {
	process.env.TZ = 'Europe/Berlin';
});
afterEach(() => {
	if (zone === undefined) delete process.env.TZ;
	else process.env.TZ = zone;
});

const texts = (from: string, to: string, most = 8) =>
	axis.ticks(Date.parse(from), Date.parse(to), 'local', most).map(({ text }) => text);

test('twenty minutes have marks at every fifth, none at the edges', () => {
	expect(texts('2026-11-27T12:50:00Z', '2026-11-27T13:10:00Z')).toEqual(['13:55', '14:00', '14:05']);
});

test('midnight is named by its day', () => {
	expect(texts('2026-11-27T20:30:00Z', '2026-11-28T02:30:00Z')).toEqual([
		...['22:00', '23:00', 'Sat 28 Nov'],
		...['01:00', '02:00', '03:00']
	]);
});

test('seven days have a mark each, of a clock change too', () => {
	expect(texts('2026-10-21T22:00:00Z', '2026-10-28T23:00:00Z')).toEqual([
		...['Fri 23 Oct', 'Sat 24 Oct', 'Sun 25 Oct', 'Mon 26 Oct', 'Tue 27 Oct', 'Wed 28 Oct']
	]);
});

test('a second is marked in its parts', () => {
	expect(texts('2026-11-27T12:50:00.000Z', '2026-11-27T12:50:00.500Z')[0]).toBe('13:50:00.100');
});
