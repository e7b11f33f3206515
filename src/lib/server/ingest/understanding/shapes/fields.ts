import { moment123, type StructuredShape } from './shape.ts';

/** What loggers write as objects: Node, ECS, .NET, PHP, Python. */
export const shapes: StructuredShape[] = [
	[
		'pino',
		{ level: 50, time: moment123, pid: 7, hostname: 'web-1', name: 'api', msg: 'boom' },
		{
			message: 'boom',
			level: 'error',
			time: moment123,
			host: 'web-1',
			service: 'api',
			attributes: { pid: 7, name: 'api' }
		}
	],
	[
		'ECS with dots',
		{
			'@timestamp': '2024-05-01T12:00:00.123Z',
			'log.level': 'warn',
			'service.name': 'api',
			'host.name': 'h',
			'trace.id': 'ab',
			'span.id': 'cd',
			message: 'x'
		},
		{
			level: 'warn',
			time: moment123,
			service: 'api',
			host: 'h',
			trace_id: 'ab',
			span_id: 'cd',
			attributes: {
				'log.level': 'warn',
				'service.name': 'api',
				'host.name': 'h',
				'trace.id': 'ab',
				'span.id': 'cd'
			}
		}
	],
	[
		'ECS in objects (Filebeat)',
		{
			message: 'x',
			log: { level: 'error', offset: 5 },
			service: { name: 'api' },
			host: { name: 'h' },
			trace: { id: 'ab' }
		},
		{
			message: 'x',
			level: 'error',
			service: 'api',
			host: 'h',
			trace_id: 'ab',
			attributes: {
				log: { level: 'error', offset: 5 },
				service: { name: 'api' },
				host: { name: 'h' },
				trace: { id: 'ab' }
			}
		}
	],
	[
		'Serilog, compact',
		{
			'@t': '2024-05-01T12:00:00.1234567Z',
			'@mt': 'Hello {User}',
			'@l': 'Warning',
			User: 'bob',
			'@tr': 'ab',
			'@sp': 'cd'
		},
		{
			message: 'Hello {User}',
			level: 'warn',
			time: moment123,
			trace_id: 'ab',
			span_id: 'cd',
			attributes: { User: 'bob' }
		}
	],
	[
		'Serilog, rendered',
		{ '@t': '2024-05-01T12:00:00.123Z', '@m': 'Hello bob', '@mt': 'Hello {User}', '@l': 'Fatal' },
		{ message: 'Hello bob', level: 'fatal', attributes: { '@mt': 'Hello {User}' } }
	],
	[
		'.NET',
		{
			Timestamp: '2024-05-01T12:00:00.123Z',
			EventId: 0,
			LogLevel: 'Critical',
			Category: 'App',
			Message: 'down'
		},
		{ message: 'down', level: 'fatal', time: moment123, attributes: { EventId: 0, Category: 'App' } }
	],
	[
		'Monolog',
		{
			message: 'x',
			level: 400,
			level_name: 'ERROR',
			channel: 'app',
			datetime: '2024-05-01T12:00:00.123456+00:00'
		},
		{ level: 'error', time: moment123, attributes: { level_name: 'ERROR', channel: 'app' } }
	],
	[
		'Monolog before 2',
		{
			message: 'x',
			level_name: 'NOTICE',
			datetime: { date: '2024-05-01 12:00:00.123000', timezone_type: 3, timezone: 'UTC' }
		},
		{ level: 'info', time: moment123, attributes: {} }
	],
	[
		'Python',
		{ asctime: '2024-05-01 12:00:00,123', levelname: 'WARNING', levelno: 30, name: 'my.mod', message: 'x' },
		{ level: 'warn', time: moment123, service: 'my.mod', attributes: { levelno: 30, name: 'my.mod' } }
	],
	['Python by number', { message: 'x', levelno: 50 }, { level: 'fatal', attributes: {} }],
	[
		'structlog',
		{ event: 'user logged in', level: 'info', timestamp: '2024-05-01T12:00:00.123Z', user: 5 },
		{ message: 'user logged in', level: 'info', time: moment123, attributes: { user: 5 } }
	],
	[
		'winston',
		{ level: 'verbose', message: 'x', timestamp: '2024-05-01 12:00:00.123' },
		{ level: 'debug', time: moment123, attributes: {} }
	],
	[
		'winston in colours',
		{ level: '\u001b[31merror\u001b[39m', message: 'x' },
		{ level: 'error', attributes: {} }
	],
	['loguru', { level: { name: 'ERROR' }, message: 'x' }, { level: 'error', attributes: {} }],
	[
		'a level that is no level',
		{ level: { depth: 3 }, message: 'x' },
		{ level: 'info', attributes: { level: { depth: 3 } } }
	],
	[
		'bunyan',
		{ name: 'app', hostname: 'h', pid: 1, level: 40, msg: 'x', time: '2024-05-01T12:00:00.123Z', v: 0 },
		{ level: 'warn', service: 'app', host: 'h' }
	]
];
