import { moment123, type StructuredShape } from './shape.ts';

/** What loggers write as objects: Go, Java, clouds, syslog, databases, shippers. */
export const shapes: StructuredShape[] = [
	[
		'zap',
		{ level: 'dpanic', ts: 1714564800.123, caller: 'a.go:1', msg: 'x' },
		{ level: 'fatal', time: moment123 }
	],
	[
		'zap for development',
		{ L: 'ERROR', T: '2024-05-01T12:00:00.123Z', C: 'a.go:1', M: 'x' },
		{ message: 'x', level: 'error', time: moment123, attributes: { C: 'a.go:1' } }
	],
	[
		'Go slog',
		{ time: '2024-05-01T12:00:00.123Z', level: 'WARN+2', msg: 'x' },
		{ level: 'warn', time: moment123 }
	],
	[
		'hclog',
		{ '@level': 'error', '@message': 'x', '@timestamp': '2024-05-01T12:00:00.123Z' },
		{ message: 'x', level: 'error', time: moment123 }
	],
	[
		'log15',
		{ t: '2024-05-01T12:00:00.123Z', lvl: 'crit', msg: 'x' },
		{ level: 'fatal', time: moment123, attributes: {} }
	],
	[
		'Google Cloud',
		{
			severity: 'ALERT',
			textPayload: 'x',
			timestamp: { seconds: 1714564800, nanos: 123000000 },
			'logging.googleapis.com/trace': 'projects/p/traces/ab'
		},
		{ message: 'x', level: 'fatal', time: moment123, trace_id: 'ab' }
	],
	['Google Cloud by number', { severity: 500, message: 'x' }, { level: 'error' }],
	[
		'log4j',
		{
			instant: { epochSecond: 1714564800, nanoOfSecond: 123000000 },
			level: 'FATAL',
			loggerName: 'a',
			message: 'x'
		},
		{ level: 'fatal', time: moment123, attributes: { loggerName: 'a' } }
	],
	[
		'log4js',
		{ startTime: 'x', level: { level: 40000, levelStr: 'ERROR' }, data: ['x'], message: 'x' },
		{ level: 'error' }
	],
	[
		'log4j before 2.11',
		{ timeMillis: moment123, level: 'WARN', message: 'x' },
		{ level: 'warn', time: moment123 }
	],
	[
		'Lambda',
		{ timestamp: '2024-05-01T12:00:00.123Z', level: 'ERROR', requestId: 'r', message: 'x' },
		{ level: 'error', attributes: { requestId: 'r' } }
	],
	[
		'GELF',
		{ short_message: 'boom', full_message: 'boom\n at x', host: 'h', level: 3, timestamp: 1714564800.123 },
		{ message: 'boom\n at x', level: 'error', host: 'h', time: moment123, attributes: {} }
	],
	[
		'GELF on one line',
		{ short_message: 'boom', full_message: 'it went boom', level: 3 },
		{ message: 'boom', attributes: { full_message: 'it went boom' } }
	],
	[
		'journald',
		{
			MESSAGE: 'x',
			PRIORITY: '3',
			__REALTIME_TIMESTAMP: '1714564800123456',
			_HOSTNAME: 'h',
			SYSLOG_IDENTIFIER: 'sshd',
			_SYSTEMD_UNIT: 'ssh.service'
		},
		{
			message: 'x',
			level: 'error',
			time: moment123,
			host: 'h',
			service: 'sshd',
			attributes: { _SYSTEMD_UNIT: 'ssh.service' }
		}
	],
	['journald with bytes', { MESSAGE: [195, 188, 27], PRIORITY: '6' }, { message: 'ü\u001b' }],
	[
		'syslog-ng',
		{ MESSAGE: 'x', HOST: 'h', PROGRAM: 'p', ISODATE: '2024-05-01T12:00:00.123+00:00', PRIORITY: 'err' },
		{ message: 'x', host: 'h', service: 'p', time: moment123, level: 'error', attributes: {} }
	],
	[
		'tracing of Rust',
		{
			timestamp: '2024-05-01T12:00:00.123456Z',
			level: 'ERROR',
			fields: { message: 'boom', time: 'late', target: 5 },
			target: 'app::db',
			span: { name: 'request' }
		},
		{
			message: 'boom',
			level: 'error',
			time: moment123,
			attributes: { time: 'late', target: 5, target_2: 'app::db', span: { name: 'request' } }
		}
	],
	[
		'fields beside a message',
		{ message: 'x', fields: { message: 'y' } },
		{ message: 'x', attributes: { fields: { message: 'y' } } }
	],
	[
		'PostgreSQL',
		{ timestamp: '2024-05-01 12:00:00.123 UTC', error_severity: 'PANIC', message: 'x' },
		{ level: 'fatal', time: moment123 }
	],
	[
		'MongoDB',
		{ t: { $date: '2024-05-01T12:00:00.123Z' }, s: 'E', c: 'NET', msg: 'x' },
		{ message: 'x', level: 'error', time: moment123, attributes: { c: 'NET' } }
	],
	[
		'Datadog in Python',
		{ message: 'x', 'dd.trace_id': '12', 'dd.span_id': '0' },
		{ trace_id: '12', span_id: null, attributes: { 'dd.trace_id': '12', 'dd.span_id': '0' } }
	],
	[
		'Fluent Bit',
		{ date: 1714564800.123, log: 'x', stream: 'stderr' },
		{ message: 'x', time: moment123, attributes: { stream: 'stderr' } }
	],
	['nginx', { time: '01/May/2024:12:00:00 +0000', message: 'x' }, { time: moment123 - 123 }]
];
