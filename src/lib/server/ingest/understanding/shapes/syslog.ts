import { noon, noon123, type Shape } from './shape.ts';

/** Syslog, as files and devices have it, and what only looks like it. */
export const shapes: Shape[] = [
	{
		of: 'syslog',
		line: 'May  1 12:00:00 web-1 sshd[42]: error: kex_exchange_identification',
		level: 'error',
		time: noon
	},
	{
		of: 'syslog without a level',
		line: 'May  1 12:00:00 localhost su: pam_unix(su:session): session opened',
		level: 'info',
		time: noon
	},
	{ of: 'syslog with a priority', line: '<11>May  1 12:00:00 web app: broken', level: 'error', time: noon },
	{
		of: 'RFC 5424',
		line: '<12>1 2024-05-01T12:00:00.123Z web app 42 ID - odd',
		level: 'warn',
		time: noon123
	},
	{ of: 'the kernel', line: '<3>usb 1-1: device not accepting address', level: 'error' },

	// rsyslog's default since Debian 12 and Ubuntu 23.10
	{
		of: 'rsyslog, a level with a colon',
		line: '2024-05-01T14:00:00.123456+02:00 web sshd[7]: error: kex_exchange_identification',
		level: 'error',
		time: noon123
	},
	{
		of: 'rsyslog, a level in brackets',
		line: '2024-05-01T12:00:00.123456+00:00 web app[7]: [ERROR] boom',
		level: 'error',
		time: noon123
	},
	{
		of: 'rsyslog, a level in capitals',
		line: '2024-05-01T12:00:00.123456+00:00 web app[7]: WARN slow',
		level: 'warn',
		time: noon123
	},
	{
		of: 'rsyslog, logfmt',
		line: '2024-05-01T12:00:00.123456+00:00 web dockerd[7]: time="2024-05-01T12:00:00Z" level=error msg=x',
		level: 'error',
		time: noon123,
		attributes: { time: '2024-05-01T12:00:00Z', msg: 'x' }
	},
	{
		of: 'rsyslog without a process',
		line: '2024-05-01T12:00:00.123456+00:00 web dovecot: Error: no such user',
		level: 'error',
		time: noon123
	},
	{
		of: 'rsyslog without a level',
		line: '2024-05-01T12:00:00.123456+00:00 WEB CRON[7]: (root) CMD (report errors)',
		level: 'info',
		time: noon123
	},
	{ of: 'syslog-ng', line: '2024-05-01T12:00:00Z web sshd[7]: error: x', level: 'error', time: noon },
	{
		of: 'a sentence with a colon behind a time',
		line: '2024-05-01T12:00:00Z upload finished: ERROR pages were replaced',
		level: 'info',
		time: noon
	}
];
