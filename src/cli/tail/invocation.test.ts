import { describe, expect, test } from 'vitest';
import { read } from './invocation.ts';

const env = { TAILRACE_URL: 'https://logs.example.com', TAILRACE_KEY: 'tr_key' };
const now = Date.UTC(2026, 10, 28, 12);
const asked = (args: string[], more: Record<string, string> = {}, isTerminal = false) =>
	read(args, { ...env, ...more }, isTerminal, now);

test('without options, the last ten lines and no more', () => {
	expect(asked([])).toMatchObject({ ok: true, query: '', lines: 10, from: null, to: null, follow: false });
});

test('-f follows, -n says how many lines come first', () => {
	expect(asked(['-f', '-n', '0'])).toMatchObject({ follow: true, lines: 0 });
	expect(asked(['-fn200', 'timeout'])).toMatchObject({ follow: true, lines: 200, query: 'timeout' });
});

test('a range gives all of its lines, unless -n says how many', () => {
	expect(asked(['--since', '2h'])).toMatchObject({ lines: Infinity, from: now - 7_200_000, to: null });
	expect(asked(['--from', '2h', '--to', '1h', '-n', '5'])).toMatchObject({ lines: 5, to: now - 3_600_000 });
});

test('options narrow the query', () => {
	expect(asked(['a', 'OR', 'b', '--service', 'check out', '--level', 'WARN'])).toMatchObject({
		query: '(a OR b) service:"check out" level:>=warn'
	});
	expect(asked(['--level', 'error'])).toMatchObject({ query: 'level:>=error' });
	expect(asked(['--', '-healthz'])).toMatchObject({ query: '-healthz' });
});

test('colors are for terminals, and NO_COLOR and --no-color are heeded', () => {
	const isColored = (args: string[], more: Record<string, string>, isTerminal: boolean) => {
		const read = asked(args, more, isTerminal);
		return read.ok && read.style.isColored;
	};
	expect(isColored([], {}, true)).toBe(true);
	expect(isColored([], { NO_COLOR: '' }, true)).toBe(true); // counts if it is not empty (no-color.org)
	expect(isColored([], { NO_COLOR: '1' }, true)).toBe(false);
	expect(isColored(['--no-color'], {}, true)).toBe(false);
	expect(isColored([], {}, false)).toBe(false);
});

describe('what is wrong is said, with status 2', () => {
	test.each([
		[['-n', 'ten'], '-n takes a number'],
		[['--since', 'yesterday'], '--since takes a time'],
		[['--from', '1h', '--to', '2h'], '--from must be before --to'],
		[['--since', '1h', '--from', '2h'], 'they mean the same'],
		[['-f', '--to', '1h'], 'leave it out with -f'],
		[['--level', 'loud'], '--level takes trace'],
		[['-o', 'xml'], '-o takes text, raw or json'],
		[['a (b'], 'The query is wrong at'],
		[['--nonsense'], '--nonsense'],
		[['--url', 'nowhere'], 'no server address']
	])('%j', (args, part) => {
		expect(asked(args)).toMatchObject({ ok: false, status: 2, message: expect.stringContaining(part) });
	});
});

test('--help is no fault', () => {
	expect(asked(['--help'])).toMatchObject({
		ok: false,
		status: 0,
		message: expect.stringContaining('-f, --follow')
	});
});
