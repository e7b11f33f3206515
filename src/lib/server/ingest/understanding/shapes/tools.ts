import { noon, noon123, today123, type Shape } from './shape.ts';

/** Programs with a form of their own, most of them behind a time. */
export const shapes: Shape[] = [
	{
		of: 'PostgreSQL of Amazon',
		line: '2024-05-01 12:00:00 UTC:10.0.0.1(5):u@db:[7]:ERROR:  division by zero',
		level: 'error',
		time: noon
	},
	{
		of: 'structlog in colours',
		line: '\u001b[2m2024-05-01 12:00:00\u001b[0m [\u001b[31m\u001b[1merror    \u001b[0m] \u001b[1mboom\u001b[0m',
		level: 'error',
		time: noon
	},
	{
		of: 'NATS',
		line: '[1] 2024/05/01 12:00:00.123 [\u001b[0;93mWRN \u001b[0m] odd',
		level: 'warn',
		time: noon123
	},
	{
		of: 'etcd 3.3',
		line: '2024-05-01 12:00:00.123456 W | etcdserver: slow',
		level: 'warn',
		time: noon123
	},
	{ of: 'Telegraf', line: '2024-05-01T12:00:00Z E! [agent] boom', level: 'error', time: noon },
	{ of: 'a letter that is a word', line: '2024-05-01T12:00:00Z I think', level: 'info', time: noon },
	{
		of: 'TensorFlow',
		line: '2024-05-01 12:00:00.123456: W tensorflow/core/x.cc:1] odd',
		level: 'warn',
		time: noon123
	},
	{ of: 'Chromium', line: '[123:456:0501/120000.123456:ERROR:file.cc(12)] boom', level: 'error' },
	{ of: 'nginx on a terminal', line: 'nginx: [emerg] bind() failed', level: 'fatal' },
	{ of: 'nginx -t', line: 'nginx: the configuration file syntax is ok', level: 'info' },
	{ of: 'BIND', line: '01-May-2024 12:00:00.123 general: error: boom', level: 'error', time: noon123 },
	{
		of: 'Dovecot behind syslog',
		line: 'May  1 12:00:00 mail dovecot: imap-login: Error: no such user',
		level: 'error',
		time: noon
	},
	{
		of: 'Dovecot behind a time',
		line: '2024-05-01 12:00:00 auth: Warning: slow',
		level: 'warn',
		time: noon
	},
	{ of: 'psql', line: 'psql: error: connection refused', level: 'error' },
	{ of: 'rustc', line: 'error[E0382]: borrow of moved value', level: 'error' },
	{ of: 'an index', line: 'error[0] is the first', level: 'info' },
	{ of: 'gcc', line: 'main.c:3:4: error: expected expression', level: 'error' },
	{ of: 'gcc, a warning', line: 'src/main.c:3:4: warning: unused variable', level: 'warn' },
	{ of: 'gcc, fatal', line: 'main.c:3:4: fatal error: x.h: No such file', level: 'fatal' },
	{ of: 'GitHub Actions', line: '2024-05-01T12:00:00.1234567Z ##[error]boom', level: 'error', time: noon123 },
	{ of: 'GitHub, a group', line: '2024-05-01T12:00:00.123Z ##[group]error', level: 'info', time: noon123 },
	{
		of: 'Icinga',
		line: '[2024-05-01 12:00:00 +0000] critical/ApiListener: boom',
		level: 'fatal',
		time: noon
	},
	{
		of: 'two words with a slash',
		line: '2024-05-01 12:00:00 error/warning counts',
		level: 'info',
		time: noon
	},
	{
		of: 'cloud-init',
		line: '2024-05-01 12:00:00,123 - util.py[WARNING]: odd',
		level: 'warn',
		time: noon123
	},
	{ of: "logback's own", line: '12:00:00,123 |-ERROR in Appender - boom', level: 'error', time: today123 },
	{ of: 'ActiveMQ', line: '2024-05-01 12:00:00,123 | ERROR | boom', level: 'error', time: noon123 },
	{ of: 'NLog', line: '2024-05-01 12:00:00.1234|0|ERROR|Acme.Api|boom', level: 'error', time: noon123 },
	{
		of: 'swift-log',
		line: '2024-05-01T12:00:00+0000 error app : boom',
		level: 'error',
		time: noon
	},
	{
		of: 'swift-log since 1.5',
		line: '2024-05-01T12:00:00+0000 warning app: [Server] odd',
		level: 'warn',
		time: noon
	},
	{
		of: 'a sentence where swift-log has a level',
		line: '2024-05-01T12:00:00+0000 error pages: 5',
		level: 'info',
		time: noon
	},
	{ of: 'Cisco', line: '%LINK-3-UPDOWN: Interface is down', level: 'error' },
	{
		of: 'Cisco with a time',
		line: '000123: *May  1 12:00:00.123: %LINK-3-UPDOWN: Interface is down',
		level: 'error',
		time: noon123
	},
	{
		of: 'Cisco behind syslog',
		line: 'May  1 12:00:00 10.0.0.1 : %ASA-4-106023: Deny tcp',
		level: 'warn',
		time: noon
	},
	{ of: 'a share', line: '%CPU-3-MAX is a column', level: 'info' },
	{
		of: 'Open vSwitch',
		line: '2024-05-01T12:00:00.123Z|00001|bridge|ERR|boom',
		level: 'error',
		time: noon123
	},
	{
		of: 'choices',
		line: '2024-05-01 12:00:00 use debug|info|ERROR|none',
		level: 'info',
		time: noon
	},
	{
		of: 'GlassFish',
		line: '[2024-05-01T12:00:00.123+0000] [glassfish 5.1] [SEVERE] [boom]',
		level: 'error',
		time: noon123
	}
];
