import { describe, expect, it } from 'vitest';
import { levelOf, type Level } from '../../../log/entry.ts';
import { entry } from '../../../../../tests/support/logs/repairing.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';

const noon123 = Date.UTC(2024, 4, 1, 12, 0, 0, 123);

interface Expected {
	message?: string;
	level?: Level;
	time?: number | null;
	service?: string;
	host?: string | null;
	trace_id?: string | null;
	span_id?: string | null;
	attributes?: Record<string, unknown>;
}

function read(raw: unknown, fallback?: repair.Fallback) {
	const { severity, ...rest } = entry(raw, fallback);
	return { ...rest, level: levelOf(severity) };
}

describe('an object of', () => {
	const records: [string, Record<string, unknown>, Expected][] = [
		[
			'pino',
			{ level: 50, time: noon123, pid: 7, hostname: 'web-1', name: 'api', msg: 'boom' },
			{
				message: 'boom',
				level: 'error',
				time: noon123,
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
				time: noon123,
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
				time: noon123,
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
			{ message: 'down', level: 'fatal', time: noon123, attributes: { EventId: 0, Category: 'App' } }
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
			{ level: 'error', time: noon123, attributes: { level_name: 'ERROR', channel: 'app' } }
		],
		[
			'Monolog before 2',
			{
				message: 'x',
				level_name: 'NOTICE',
				datetime: { date: '2024-05-01 12:00:00.123000', timezone_type: 3, timezone: 'UTC' }
			},
			{ level: 'info', time: noon123, attributes: {} }
		],
		[
			'Python',
			{ asctime: '2024-05-01 12:00:00,123', levelname: 'WARNING', levelno: 30, name: 'my.mod', message: 'x' },
			{ level: 'warn', time: noon123, service: 'my.mod', attributes: { levelno: 30, name: 'my.mod' } }
		],
		['Python by number', { message: 'x', levelno: 50 }, { level: 'fatal', attributes: {} }],
		[
			'structlog',
			{ event: 'user logged in', level: 'info', timestamp: '2024-05-01T12:00:00.123Z', user: 5 },
			{ message: 'user logged in', level: 'info', time: noon123, attributes: { user: 5 } }
		],
		[
			'winston',
			{ level: 'verbose', message: 'x', timestamp: '2024-05-01 12:00:00.123' },
			{ level: 'debug', time: noon123, attributes: {} }
		],
		[
			'bunyan',
			{ name: 'app', hostname: 'h', pid: 1, level: 40, msg: 'x', time: '2024-05-01T12:00:00.123Z', v: 0 },
			{ level: 'warn', service: 'app', host: 'h' }
		],
		[
			'zap',
			{ level: 'dpanic', ts: 1714564800.123, caller: 'a.go:1', msg: 'x' },
			{ level: 'fatal', time: noon123 }
		],
		[
			'zap for development',
			{ L: 'ERROR', T: '2024-05-01T12:00:00.123Z', C: 'a.go:1', M: 'x' },
			{ message: 'x', level: 'error', time: noon123, attributes: { C: 'a.go:1' } }
		],
		[
			'Go slog',
			{ time: '2024-05-01T12:00:00.123Z', level: 'WARN+2', msg: 'x' },
			{ level: 'warn', time: noon123 }
		],
		[
			'hclog',
			{ '@level': 'error', '@message': 'x', '@timestamp': '2024-05-01T12:00:00.123Z' },
			{ message: 'x', level: 'error', time: noon123 }
		],
		[
			'log15',
			{ t: '2024-05-01T12:00:00.123Z', lvl: 'crit', msg: 'x' },
			{ level: 'fatal', time: noon123, attributes: {} }
		],
		[
			'Google Cloud',
			{
				severity: 'ALERT',
				textPayload: 'x',
				timestamp: { seconds: 1714564800, nanos: 123000000 },
				'logging.googleapis.com/trace': 'projects/p/traces/ab'
			},
			{ message: 'x', level: 'fatal', time: noon123, trace_id: 'ab' }
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
			{ level: 'fatal', time: noon123, attributes: { loggerName: 'a' } }
		],
		[
			'log4j before 2.11',
			{ timeMillis: noon123, level: 'WARN', message: 'x' },
			{ level: 'warn', time: noon123 }
		],
		[
			'Lambda',
			{ timestamp: '2024-05-01T12:00:00.123Z', level: 'ERROR', requestId: 'r', message: 'x' },
			{ level: 'error', attributes: { requestId: 'r' } }
		],
		[
			'GELF',
			{ short_message: 'boom', full_message: 'boom\n at x', host: 'h', level: 3, timestamp: 1714564800.123 },
			{ message: 'boom\n at x', level: 'error', host: 'h', time: noon123, attributes: {} }
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
				time: noon123,
				host: 'h',
				service: 'sshd',
				attributes: { _SYSTEMD_UNIT: 'ssh.service' }
			}
		],
		['journald with bytes', { MESSAGE: [195, 188, 27], PRIORITY: '6' }, { message: 'ü\u001b' }],
		[
			'syslog-ng',
			{ MESSAGE: 'x', HOST: 'h', PROGRAM: 'p', ISODATE: '2024-05-01T12:00:00.123+00:00', PRIORITY: 'err' },
			{ message: 'x', host: 'h', service: 'p', time: noon123, level: 'error', attributes: {} }
		],
		[
			'PostgreSQL',
			{ timestamp: '2024-05-01 12:00:00.123 UTC', error_severity: 'PANIC', message: 'x' },
			{ level: 'fatal', time: noon123 }
		],
		[
			'MongoDB',
			{ t: { $date: '2024-05-01T12:00:00.123Z' }, s: 'E', c: 'NET', msg: 'x' },
			{ message: 'x', level: 'error', time: noon123, attributes: { c: 'NET' } }
		],
		[
			'Datadog in Python',
			{ message: 'x', 'dd.trace_id': '12', 'dd.span_id': '0' },
			{ trace_id: '12', span_id: null, attributes: { 'dd.trace_id': '12', 'dd.span_id': '0' } }
		],
		[
			'Fluent Bit',
			{ date: 1714564800.123, log: 'x', stream: 'stderr' },
			{ message: 'x', time: noon123, attributes: { stream: 'stderr' } }
		],
		['nginx', { time: '01/May/2024:12:00:00 +0000', message: 'x' }, { time: noon123 - 123 }]
	];

	it.each(records)('%s is read', (_of, raw, expected) => {
		const { attributes, ...rest } = expected;
		const found = read(raw);
		expect(found).toMatchObject(rest);
		if (attributes !== undefined) expect(found.attributes).toEqual(attributes);
	});
});

describe('what only looks like a field of an entry stays an attribute', () => {
	it.each([
		{ date: '2024-05-01' },
		{ date: 20240501 },
		{ datetime: 'tomorrow' },
		{ Time: '5 ms' },
		{ event: { kind: 'alert' } },
		{ event: 'login' },
		{ text: 'hello' },
		{ s: 'E' },
		{ t: '2024-05-01T12:00:00Z' },
		{ L: 'ERROR' },
		{ LogLevel: 3 },
		{ lvl: 'loud' },
		{ status: 'error' },
		{ priority: 'critical' },
		{ trace: 'on' },
		{ log: { file: 'a' } },
		{ HOST: 5 },
		{ kubernetes: 'yes' },
		{ app: 5 },
		{ text: null }
	])('%j', (fields) => {
		expect(read({ message: 'x', ...fields })).toMatchObject({
			message: 'x',
			level: 'info',
			time: null,
			service: 'default',
			host: null,
			trace_id: null
		});
		expect(read({ message: 'x', ...fields }).attributes).toEqual(fields);
	});

	it('with the digits of its numbers', () => {
		const raw = json.parse('{"message":"x","levelno":1.0,"date":1e400}');
		expect(repair.entry(raw, repair.fallback({}), noon123)).toMatchObject({
			attributes: '{"levelno":1.0,"date":1e400}'
		});
	});
});

describe('the service', () => {
	it.each([
		[{ 'service.name': 'a', service: 'b' }, 'a'],
		[{ service_name: 'a', service: 'b' }, 'a'],
		[{ service: 'a', app: 'b' }, 'a'],
		[{ app_name: 'a', name: 'b', container: 'c' }, 'a'],
		[{ name: 'a', container_name: 'b' }, 'a'],
		[{ name: 5, container_name: 'b' }, 'b'],
		[{ component: 'a', job: 'b' }, 'a'],
		[{ 'service.name': 'unknown_service:node', 'k8s.deployment.name': 'a' }, 'a'],
		[{ 'service.name': 'unknown_service:node' }, 'unknown_service:node'],
		[{ name: 'x', 'k8s.pod.name': 'api-5d4f8c7b9d-x2x5z' }, 'api']
	])('of %j is %s', (fields, service) => {
		expect(read({ message: 'x', ...fields }).service).toBe(service);
	});

	it('that a request gives goes before names that often mean something else, which stay attributes', () => {
		const web = repair.fallback({ service: 'web' });
		for (const name of ['name', 'component', 'job']) {
			expect(read({ message: 'x', [name]: 'bob' }, web)).toMatchObject({
				service: 'web',
				attributes: { [name]: 'bob' }
			});
			expect(read({ message: 'x', [name]: 'bob' })).toMatchObject({
				service: 'bob',
				attributes: { [name]: 'bob' }
			});
		}
		expect(read({ message: 'x', app: 'shop' }, web)).toMatchObject({ service: 'shop', attributes: {} });
	});

	const labels = { 'app.kubernetes.io/name': 'shop' };
	it.each([
		[{ pod_name: 'shop-5d4f8c7b9d-x2x5z', namespace_name: 'n', labels, host: 'node-1' }, 'shop'],
		[{ pod_name: 'p', annotations: { 'resource.opentelemetry.io/service.name': 'a' }, labels }, 'a'],
		[{ pod_name: 'p', labels: { ...labels, 'app.kubernetes.io/instance': 'shop-eu' } }, 'shop-eu'],
		[{ pod_name: 'db-0', namespace_name: 'n' }, 'db'],
		[{ pod: { name: 'p' }, deployment: { name: 'shop' } }, 'shop'],
		[{ container_name: 'c' }, 'c']
	])('of a Kubernetes object %j is %s', (object, service) => {
		expect(read({ log: 'x', kubernetes: object }).service).toBe(service);
	});

	it.each([
		[
			'Fluent Bit',
			{ pod_name: 'p', namespace_name: 'n', container_name: 'c', host: 'h', labels: { app: 'a' } }
		],
		[
			'Vector',
			{ pod_name: 'p', pod_namespace: 'n', container_name: 'c', pod_node_name: 'h', pod_labels: { app: 'a' } }
		],
		[
			'Filebeat',
			{
				pod: { name: 'p' },
				namespace: 'n',
				container: { name: 'c' },
				node: { name: 'h' },
				labels: { app: 'a' }
			}
		]
	])('and the host of an object of %s leave it as k8s.* attributes', (_of, object) => {
		expect(read({ message: 'x', kubernetes: object })).toMatchObject({ service: 'a', host: 'h' });
		const { attributes } = read({ message: 'x', kubernetes: object });
		expect(attributes).toEqual({
			'k8s.pod.name': 'p',
			'k8s.namespace.name': 'n',
			'k8s.container.name': 'c',
			'k8s.node.name': 'h',
			'k8s.pod.label.app': 'a'
		});
	});
});
