import fc from 'fast-check';
import { levelOf, levels, type Entry } from '../../../src/lib/log/entry.ts';
import type { Operator, Wish } from './wish.ts';

const operators: Operator[] = ['>', '>=', '<', '<='];
const vocabulary = [
	'timeout',
	'GET',
	'/api/users',
	'user-42 failed',
	'É',
	'İstanbul',
	'"quoted"',
	'a\\b',
	'-v',
	'time\x1b[31mo\x1b[0mut',
	'status:500',
	'HTTP.status:404'
];
const services = ['api', 'web', 'Web', 'checkout service'];
const hosts = ['web-1', 'web-2'];
const ids = ['4bf92f3577b34da6', '00f067aa0ba902b7'];
const paths = ['status', 'http.status', 'a.b.c', 'duration', 'level', 'user name', 'tags.0', 'length'];
const numbers = [500, 404, 250, 251, -1.5, 0];
const texts = ['500', '404', 'GET', 'true', 'null', ''];
const oddTexts = ['get', '>250', '/x/', '5e2', '0x10', ...numbers.map(String)];
/** Patterns that mean the same to RE2 and to JavaScript. */
const patterns = [
	'user-\\d+ failed',
	'^get',
	'time(out|s)',
	'a.*b',
	'[45]0\\d',
	'\\/api\\/',
	'é|"',
	'^$',
	'\\(',
	'web-[12]$'
];

/** Any text that PostgreSQL can hold: no U+0000, no lone surrogates. */
const anyText = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', ' '));
const words = fc.oneof(
	fc.constantFrom(
		'timeout',
		'TIMEOUT',
		'fail',
		'user-42',
		'12:30',
		'std::io',
		'é',
		'or',
		'a\\b',
		'x=1',
		'https://example.com/a',
		'Error:'
	),
	fc.stringMatching(/^[a-z0-9é][a-z0-9_=+.,;é]{0,3}$/)
);

const scalars = fc.oneof(
	{ weight: 5, arbitrary: fc.constantFrom<unknown>(...texts, 500, 404, true, null) },
	{ weight: 2, arbitrary: fc.constantFrom<unknown>(...oddTexts, ...numbers) },
	{ weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
	{ weight: 1, arbitrary: anyText }
);
/** Each of `paths` in each of the ways it can be cut into keys, and some that lead to an object instead of a value. */
const attributes = fc.record(
	{
		status: scalars,
		duration: scalars,
		level: scalars,
		'user name': scalars,
		'http.status': scalars,
		http: fc.oneof(scalars, fc.record({ status: scalars, method: scalars }, { requiredKeys: [] })),
		a: fc.oneof(scalars, fc.record({ b: fc.oneof(scalars, fc.record({ c: scalars })), 'b.c': scalars })),
		'a.b': fc.record({ c: scalars }, { requiredKeys: [] }),
		tags: fc.array(scalars, { maxLength: 2 }),
		host: fc.constantFrom(...hosts, 'WEB-1'),
		trace_id: fc.constantFrom<unknown>(...ids, 7)
	},
	{ requiredKeys: [] }
);

const messages = fc
	.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...vocabulary) }, words, anyText), { maxLength: 5 })
	.map((parts) => parts.join(' '));

/** Log lines made of the same few words, names and numbers as `wishes`, so that matches are common. */
export const entries: fc.Arbitrary<Entry> = fc
	.record({
		seq: fc.integer({ min: 1, max: 1_000_000 }),
		severity: fc.integer({ min: 1, max: 24 }),
		service: fc.constantFrom(...services),
		host: fc.option(fc.constantFrom(...hosts)),
		message: messages,
		attributes,
		trace_id: fc.option(fc.constantFrom(...ids)),
		span_id: fc.option(fc.constantFrom(...ids))
	})
	.map((entry) => ({
		...entry,
		level: levelOf(entry.severity),
		time: '2026-01-01T00:00:00.000Z',
		received_at: '2026-01-01T00:00:00.000Z'
	}));

const leaves: fc.Arbitrary<Wish> = fc.oneof(
	fc.record({ is: fc.constant('word'), text: words }),
	fc.record({ is: fc.constant('phrase'), text: fc.oneof(fc.constantFrom(...vocabulary), anyText) }),
	fc.record({
		is: fc.constant('regex'),
		field: fc.option(fc.constantFrom('message', 'service', 'host', 'http.status', 'attributes.level')),
		source: fc.constantFrom(...patterns),
		flags: fc.constantFrom('', 'i')
	}),
	fc.record({
		is: fc.constant('level'),
		operator: fc.constantFrom('', ...operators),
		level: fc.constantFrom(...levels)
	}),
	column('service', services),
	column('host', [...hosts, 'WEB-1']),
	column('trace_id', ids),
	column('span_id', ids),
	fc.record({
		is: fc.constant('attribute'),
		path: fc.constantFrom(...paths),
		text: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...texts) }, fc.constantFrom(...oddTexts), anyText)
	}),
	fc.record({
		is: fc.constant('number'),
		path: fc.constantFrom(...paths),
		operator: fc.constantFrom(...operators),
		number: fc.constantFrom(...numbers)
	})
) as fc.Arbitrary<Wish>;

function column(
	field: string,
	values: string[]
): fc.Arbitrary<{ is: 'column'; field: string; text: string }> {
	return fc.record({
		is: fc.constant('column' as const),
		field: fc.constant(field),
		text: fc.constantFrom(...values)
	});
}

/** Queries of every kind of term, nested a few levels deep. */
export const wishes: fc.Arbitrary<Wish> = fc.letrec<{ wish: Wish; parts: Wish[] }>((tie) => ({
	parts: fc.array(tie('wish'), { minLength: 2, maxLength: 3 }),
	wish: fc.oneof(
		{ maxDepth: 4, depthSize: 'small' },
		{ weight: 3, arbitrary: leaves },
		fc.record({ is: fc.constant('not' as const), part: tie('wish') }),
		fc.record({ is: fc.constant('and' as const), parts: tie('parts'), spelled: fc.boolean() }),
		fc.record({ is: fc.constant('or' as const), parts: tie('parts') })
	)
})).wish;
