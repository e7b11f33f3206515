import { describe, expect, it } from 'vitest';
import { levelOf } from '../../../log/entry.ts';
import { now } from '../../../../../tests/support/logs/repairing.ts';
import * as bounds from '../bounds.ts';
import * as repair from '../repair.ts';

const noon = Date.UTC(2024, 4, 1, 12);
const nothing = {
	time: null,
	severity: null,
	service: null,
	host: null,
	message: 'x',
	trace_id: null,
	span_id: null
};

function sent(some: Partial<repair.Sent>, fallback = repair.fallback({})) {
	const { severity, attributes, ...rest } = repair.sent(
		{ ...nothing, attributes: {}, ...some },
		fallback,
		now
	);
	return { ...rest, level: levelOf(severity), attributes: JSON.parse(attributes) as Record<string, unknown> };
}

describe('what a protocol sends', () => {
	it('wins over its attributes, its message and the request', () => {
		const told = { time: noon, severity: 13, service: 'api', host: 'h', trace_id: 'ab', span_id: 'cd' };
		const attributes = { level: 'error', service: 'x', hostname: 'y', trace_id: 'z', timestamp: 5 };
		const message = '2024-04-01 12:00:00 FATAL level=debug trace_id=ef';
		const fallback = repair.fallback({ service: 'web', level: 'trace', host: 'w' });
		expect(sent({ ...told, attributes: { ...attributes }, message }, fallback)).toEqual({
			time: noon,
			level: 'warn',
			service: 'api',
			host: 'h',
			message,
			trace_id: 'ab',
			span_id: 'cd',
			attributes
		});
	});

	it('and its attributes say the same need not be said twice', () => {
		expect(
			sent({ time: noon, severity: 17, service: 'a', attributes: { level: 'error', service: 'a', ts: noon } })
		).toMatchObject({ attributes: {} });
	});

	it('without a level, time or names has those of its attributes', () => {
		const attributes = {
			detected_level: 'warn',
			hostname: 'h',
			app: 'shop',
			traceId: 'ab',
			spanId: 'cd',
			timestamp: noon,
			user: 5
		};
		expect(sent({ attributes })).toMatchObject({
			level: 'warn',
			time: noon,
			service: 'shop',
			host: 'h',
			trace_id: 'ab',
			span_id: 'cd',
			attributes: { user: 5 }
		});
	});

	it('keeps names with dots as attributes', () => {
		const attributes = { 'service.name': 'api', 'host.name': 'h', 'k8s.pod.name': 'p', 'log.level': 'warn' };
		expect(sent({ attributes: { ...attributes } })).toMatchObject({
			service: 'api',
			host: 'h',
			level: 'warn',
			attributes
		});
	});

	it('may have attributes called message and attributes', () => {
		const attributes = { message: 'other', msg: 'third', attributes: { a: 1 } };
		expect(sent({ attributes: { ...attributes } })).toMatchObject({ message: 'x', attributes });
	});

	it('without those has what the message says, then what the request says', () => {
		const message = '2024-05-01T12:00:00Z ERROR boom trace_id=ab user=5';
		expect(sent({ message })).toMatchObject({
			message,
			level: 'error',
			time: noon,
			trace_id: 'ab',
			attributes: { user: '5' }
		});
		expect(sent({}, repair.fallback({ service: 'web', level: 'warn', host: 'h' }))).toMatchObject({
			level: 'warn',
			service: 'web',
			host: 'h'
		});
	});
});

describe('a message that is a JSON object', () => {
	it('is an entry, below what is told beside it', () => {
		const message = JSON.stringify({
			level: 'error',
			msg: 'boom',
			time: noon,
			hostname: 'h',
			service: 'api',
			n: 1
		});
		expect(sent({ message, attributes: { app: 'label' } })).toMatchObject({
			message: 'boom',
			level: 'error',
			time: noon,
			host: 'h',
			service: 'label',
			attributes: { service: 'api', n: 1 }
		});
		expect(sent({ message, severity: 9 })).toMatchObject({
			level: 'info',
			attributes: { level: 'error', n: 1 }
		});
	});

	it('loses none of its fields to the attributes beside it', () => {
		expect(sent({ message: '{"msg":"m","a":1,"b":2}', attributes: { a: 1, b: 3 } })).toMatchObject({
			message: 'm',
			attributes: { a: 1, b: 3, b_2: 2 }
		});
	});

	it('stays as it came if it has no message', () => {
		const message = ' {"level":"warn", "n":1}\n';
		expect(sent({ message })).toMatchObject({ message, level: 'warn', attributes: { n: 1 } });
	});

	it('may be wrapped in another, as by Docker and a shipper', () => {
		const line = JSON.stringify({ level: 50, msg: 'boom' });
		const log = JSON.stringify({ log: `${line}\n`, stream: 'stderr' });
		expect(sent({ message: log })).toMatchObject({
			message: 'boom',
			level: 'error',
			attributes: { stream: 'stderr' }
		});
		expect(repair.entry({ log: `${line}\n` }, repair.fallback({}), now)).toMatchObject({ message: 'boom' });
		expect(repair.line(line, repair.fallback({}), now)).toMatchObject({ message: 'boom', severity: 17 });
	});

	it('with more fields than an entry can have stays a message, with level and time', () => {
		const message = JSON.stringify({ level: 'error', msg: 'm', big: 'x'.repeat(bounds.attributesBytes) });
		expect(sent({ message, attributes: { a: 1 } })).toMatchObject({
			message,
			level: 'error',
			attributes: { a: 1 }
		});
	});

	it.each(['{}', '[1]', '{"a":1} and more', '{broken}', 'null'])('is not %s', (message) => {
		expect(sent({ message }).message).toBe(message);
	});
});

describe('with understanding off', () => {
	const off = repair.fallback({}, { readsText: false });

	it('text is only a message', () => {
		const message = '2024-05-01 12:00:00 ERROR boom a=1 {"b":2}';
		expect(sent({ message }, off)).toMatchObject({ message, level: 'info', time: null, attributes: {} });
		expect(repair.line(message, off, now)).toMatchObject({ severity: 9, time: null, attributes: '{}' });
		expect(repair.entry({ message }, off, now)).toMatchObject({ severity: 9, attributes: '{}' });
	});

	it('fields and JSON are read', () => {
		expect(sent({ attributes: { lvl: 'warn' } }, off)).toMatchObject({ level: 'warn', attributes: {} });
		expect(sent({ message: '{"level":"error","msg":"m"}' }, off)).toMatchObject({
			message: 'm',
			level: 'error'
		});
	});
});
