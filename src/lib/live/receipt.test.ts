import { expect, test } from 'vitest';
import * as receipt from './receipt.ts';

const time = '2026-11-27T14:03:12.922Z';

test.each([
	[time, 'received immediately'],
	['2026-11-27T14:03:12.926Z', 'received 4 ms later'],
	['2026-11-28T18:15:08.922Z', 'received 28 h later'],
	['2026-11-27T14:01:12.922Z', 'received 2 min earlier']
])('received at %s is %s', (received_at, words) => {
	expect(receipt.of({ time, received_at })).toBe(words);
});
