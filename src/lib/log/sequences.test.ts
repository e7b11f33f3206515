import { describe, expect, it } from 'vitest';
import { strip } from './sequences.ts';

describe('strip', () => {
	it.each([
		['con\x1b[31mnect\x1b[0mion refused', 'connection refused'],
		['\x9b1;32mok\x9bm', 'ok'],
		['\x1b]8;;https://example.com\x1b\\docs\x1b]8;;\x07', 'docs'],
		['\x1b[2K\x1b[1Gdone', 'done'],
		['\x1b(Bplain\x1b', 'plain'],
		['no sequence [31m here', 'no sequence [31m here']
	])('leaves the text of %j', (text, expected) => {
		expect(strip(text)).toBe(expected);
	});

	it('takes only the introducer of a sequence that does not end', () => {
		expect(strip('a\x1b]0;title\nthe next line')).toBe('a0;title\nthe next line');
		expect(strip(`\x1b]${'x'.repeat(5000)}`)).toBe('x'.repeat(5000));
		expect(strip('\x1b[12')).toBe('12');
	});

	it('takes time linear in a text that only begins sequences', () => {
		expect(strip('\x1b]'.repeat(50_000))).toBe('');
		expect(strip('\x1b[1;'.repeat(50_000))).toBe('1;'.repeat(50_000));
	});
});
