import { describe, expect, it } from 'vitest';
import * as hints from './hints.ts';

const scope = 'Words are searched for in messages. For an attribute, write name:value.';

describe('hints', () => {
	it.each<[text: string, expected: string[]]>([
		['', []],
		['service:api level:error', []],
		['timeout', [scope]],
		['a or b', ['“or” is searched for as a word. To combine terms, write OR.', scope]],
		['or', [scope]],
		['not a', ['“not” is searched for as a word. To combine terms, write NOT.', scope]],
		['404 NOT found', ['NOT leaves out found. To search for the word “NOT”, put it in quotes.', scope]],
		['status=500', ['“status=500” is searched for as text. For the attribute, write status:500.', scope]],
		['a:b=c', []]
	])('of %s are %j', (text, expected) => {
		expect(hints.of(text)).toEqual(expected);
	});
});
