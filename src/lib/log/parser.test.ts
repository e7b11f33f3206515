import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as query from './query.ts';

function errorOf(text: string): query.QueryError | null {
	const parsed = query.parse(text);
	return parsed.ok ? null : parsed.error;
}

describe('the parser', () => {
	it.each<[text: string, message: string, at: string]>([
		['a "b c', 'Close the quote that opens here', '"b c'],
		['service:"api', 'Close the quote that opens here', '"api'],
		['"C:\\users"', 'Write \\\\ for a backslash; the escapes are \\" \\\\ \\n \\r \\t', '\\u'],
		['"a\\qb":x', 'Write \\\\ for a backslash; the escapes are \\" \\\\ \\n \\r \\t', '\\q'],
		[
			'a /b c',
			'Close the regular expression that opens here with /, or put text that has slashes in quotes',
			'/b c'
		],
		[
			'/api/users',
			'End the regular expression with / or /i, or put text that has slashes in quotes',
			'/api/users'
		],
		['a //', 'Write a pattern between the slashes, or put them in quotes', '//'],
		['a (b', 'Close the bracket that opens here, or put it in quotes', '('],
		['a (', 'Close the bracket that opens here, or put it in quotes', '('],
		['a)', 'Remove this bracket, open it before, or put it in quotes', ')'],
		[')', 'Remove this bracket, open it before, or put it in quotes', ')'],
		['main()', 'Write something in these brackets, or put them in quotes', '()'],
		['a OR', 'Write something after OR, or put it in quotes', 'OR'],
		['(a OR)', 'Write something after OR, or put it in quotes', 'OR'],
		['a OR OR b', 'Write something after OR, or put it in quotes', 'OR'],
		['a AND', 'Write something after AND, or put it in quotes', 'AND'],
		['OR a', 'Write something before OR, or put it in quotes', 'OR'],
		['(AND a)', 'Write something before AND, or put it in quotes', 'AND'],
		['a -', 'Write what to leave out right after -, or put it in quotes', '-'],
		['- a', 'Write what to leave out right after -, or put it in quotes', '-'],
		['-OR', 'Write what to leave out right after -, or put it in quotes', '-'],
		['--verbose', 'Put text that begins with two dashes in quotes', '-'],
		['a service:', 'Write a value right after service:, or put the text in quotes', 'service:'],
		['service: b', 'Write a value right after service:, or put the text in quotes', 'service:'],
		['a NOT', 'Write something after NOT, or put it in quotes', 'NOT'],
		['a NOT OR b', 'Write something after NOT, or put it in quotes', 'NOT'],
		['NOT NOT a', 'Write NOT once, or put it in quotes', 'NOT'],
		['-NOT a', 'Write what to leave out right after -, or put it in quotes', '-'],
		['a status>500', 'Write status:>500 to compare, or put the text in quotes', 'status>500'],
		[
			'http.status<=-1.5',
			'Write http.status:<=-1.5 to compare, or put the text in quotes',
			'http.status<=-1.5'
		],
		['-status!=500', 'Write -status:500 to compare, or put the text in quotes', 'status!=500'],
		['a:(b)', 'Write a value right after a:, or put the text in quotes', 'a:'],
		['a:> 5', 'Write a value right after a:>, or put the text in quotes', 'a:>'],
		['level:foo', 'level: takes trace, debug, info, warn, error or fatal', 'foo'],
		['level:/err/', 'level: takes trace, debug, info, warn, error or fatal', '/err/'],
		['level:>=', 'Write a value right after level:>=, or put the text in quotes', 'level:>='],
		['duration:>abc', 'Write a number after >, as in duration:>250', 'abc'],
		['duration:<=0x10', 'Write a number after <=, as in duration:<=250', '0x10'],
		['duration:>1e999', 'Write a number after >, as in duration:>250', '1e999'],
		['duration:>"5"', 'Write a number after >, as in duration:>250', '"5"'],
		['service:>a', 'service: has no order, write it without > or put the value in quotes', ':>'],
		[
			'x '.repeat(5) + Array(33).fill('a').join('.') + ':1',
			'Shorten this field to 32 parts',
			'a.'.repeat(32) + 'a'
		]
	])('refuses %s with what to do and where', (text, message, at) => {
		expect(errorOf(text)).toEqual({ message, position: text.indexOf(at), length: at.length });
	});

	it('counts positions in UTF-16 units', () => {
		expect(errorOf('😀 level:x')).toMatchObject({ position: 9, length: 1 });
	});

	it('takes 64 brackets in each other and refuses the next', () => {
		expect(errorOf('('.repeat(64) + 'a' + ')'.repeat(64))).toBeNull();
		expect(errorOf('-('.repeat(64) + 'a' + ')'.repeat(64))).toBeNull();
		expect(errorOf('('.repeat(65) + 'a' + ')'.repeat(65))).toEqual({
			message: 'Nest at most 64 brackets',
			position: 64,
			length: 1
		});
	});

	it.each(['(', '-(', 'a(', '-', ')', 'OR ', 'host: ', 'NOT ', 'a>5 ', '(a OR '])(
		'refuses thousands of %s',
		(piece) => {
			expect(errorOf(piece.repeat(Math.floor(4096 / piece.length)))).not.toBeNull();
		}
	);

	it.each(['a ', 'a OR ', '-a ', 'NOT a ', 'a: ', '""', '(a)', 'a:1 '])('takes thousands of %s', (piece) => {
		expect(errorOf(piece.repeat(1000).slice(0, 4095) + 'a')).toBeNull();
	});

	it('refuses more than 4,096 characters', () => {
		expect(errorOf('a'.repeat(4096))).toBeNull();
		expect(errorOf('('.repeat(5000))).toEqual({
			message: 'Shorten the query to 4096 characters',
			position: 4096,
			length: 904
		});
	});

	it('answers any text with a query or an error within the text', () => {
		const pieces = fc.constantFrom(
			'(',
			')',
			'"',
			'/',
			'\\',
			'-',
			'OR',
			'AND',
			' ',
			':',
			'>',
			'=',
			'level',
			'a',
			'.',
			'5',
			'😀'
		);
		const hostile = fc.oneof(
			fc.array(pieces, { maxLength: 12 }).map((all) => all.join('')),
			fc.string({ unit: 'binary' })
		);
		fc.assert(
			fc.property(hostile, (text) => {
				const error = errorOf(text);
				if (!error) return;
				expect(error.message).not.toBe('');
				expect(error.length).toBeGreaterThan(0);
				expect(error.position + error.length).toBeLessThanOrEqual(text.length);
			}),
			{ numRuns: 2000 }
		);
	});
});
