import { expect, test } from 'vitest';
import * as counts from './counts.ts';

const histogram = (...bars: number[][]) => ({
	...{ from: '2026-11-20T12:00:00Z', to: '2026-11-20T12:02:00Z', width_ms: 60_000 },
	...{ levels: ['info' as const, 'error' as const], bars }
});
const searched = (from: string, lines: number) => ({ from, to: '2026-11-20T12:02:00Z', lines });
const value = (value: string, count: number) => ({ value, count });

const before: counts.Counts = {
	matched: 7,
	searched: searched('2026-11-20T12:01:00Z', 100),
	histogram: histogram([0, 0], [5, 2]),
	fields: {
		sampled: 7,
		fields: [
			{ name: 'level', exact: true, values: [value('info', 5), value('error', 2)] },
			{ name: 'user', exact: true, values: [value('ann', 1)] }
		]
	}
};
const more: counts.Counts = {
	matched: 10,
	searched: searched('2026-11-20T12:00:00Z', 50),
	histogram: histogram([4, 6], [0, 0]),
	fields: {
		sampled: 3,
		fields: [
			{ name: 'level', exact: true, values: [value('error', 6), value('info', 4)] },
			{ name: 'status', exact: false, values: [value('500', 2)] }
		]
	}
};

test('two parts of a search add up to the whole', () => {
	expect(counts.sum(before, more)).toEqual({
		matched: 17,
		searched: searched('2026-11-20T12:00:00Z', 150),
		histogram: histogram([4, 6], [5, 2]),
		fields: {
			sampled: 10,
			fields: [
				{ name: 'level', exact: true, values: [value('info', 9), value('error', 8)] },
				{ name: 'user', exact: false, values: [value('ann', 1)] },
				{ name: 'status', exact: false, values: [value('500', 2)] }
			]
		}
	});
});

test('a field with more values than are told is not exact in sum', () => {
	const many = Array.from({ length: 20 }, (_, at) => value(`node-${at}`, 1));
	const field = { name: 'service', exact: true, values: many };
	const part = { ...more, fields: { sampled: 10, fields: [field] } };
	expect(counts.sum(part, part).fields?.fields[0]).toMatchObject({ exact: false });
});

test('a part that has told nothing adds nothing', () => {
	expect(counts.sum(before, { ...counts.none, searched: searched('2026-11-20T12:00:00Z', 1) })).toMatchObject(
		{
			...{ matched: 7, histogram: before.histogram, fields: before.fields }
		}
	);
	expect(counts.sum(counts.none, more)).toEqual(more);
});
