import { expect, test } from 'vitest';
import * as compact from './compact.ts';

test.each([
	[0, '0'],
	[999, '999'],
	[1000, '1k'],
	[14_406, '14.4k'],
	[412_906, '413k'],
	[999_499, '999k'],
	[999_500, '1 M'],
	[5_130_000, '5.1 M']
])('%d is %s', (number, text) => expect(compact.count(number)).toBe(text));

test.each([
	[1_200_000, 5_130_000, '1.2 of 5.1 M'],
	[14_406, 5_130_000, '14.4k of 5.1 M'],
	[0, 412_906, '0 of 413k'],
	[12, 800, '12 of 800']
])('%d of %d is %s', (part, total, text) => expect(compact.ofTotal(part, total)).toBe(text));
