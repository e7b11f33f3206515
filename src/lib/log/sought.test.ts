import { expect, test } from 'vitest';
import * as sought from './sought.ts';

test.each([
	['', []],
	['Timeout', ['timeout']],
	['(payment OR "connection reset") level:error', ['payment', 'connection reset']],
	['payment -healthz -(a b)', ['payment']],
	['service:web status:500 /x+/', []],
	['a A', ['a']],
	['level:loud', []]
])('of “%s” it is %j', (query, texts) => expect(sought.texts(query)).toEqual(texts));
