import { expect, test } from 'vitest';
import * as bars from './bars.ts';

test('a chip counts the lines of its level in all bars, that of errors the fatal ones too', () => {
	const histogram: Parameters<typeof bars.byLevel>[0] = {
		from: '2026-11-20T14:00:00.000Z',
		to: '2026-11-20T14:02:00.000Z',
		width_ms: 60_000,
		levels: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
		bars: [
			[9, 1, 2, 3, 4, 5],
			[9, 0, 1, 0, 1, 0]
		]
	};
	expect(bars.byLevel(histogram)).toEqual({ debug: 1, info: 3, warn: 3, error: 10 });
});
