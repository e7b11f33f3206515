import { expect, test } from 'vitest';
import type { NewEntry } from '../../../log/entry.ts';
import * as repair from '../repair.ts';
import * as key from './key.ts';
import { entry } from './syslog.ts';

const now = Date.UTC(2026, 10, 29, 12);
const fallback = repair.fallback({ host: '192.0.2.7', service: 'router' });

function read(text: string, zone = 'UTC', at = now): NewEntry {
	const read = entry(Buffer.from(text), fallback, { zone, now: at });
	if (read === null || typeof read === 'string') throw new Error(read ?? 'it says nothing');
	return read;
}
test.each(['\0\0', '\n', '<13>', '<13> ', '<13>May  1 12:00:00 web-1 shop:', '<13>1 - web-1 shop 7 - -'])(
	'%j says nothing',
	(text) => {
		expect(entry(Buffer.from(text), fallback, { zone: 'UTC', now })).toBeNull();
	}
);

const attributesOf = (text: string) => JSON.parse(read(text).attributes) as unknown;
const shortly = ({ time, severity, service, host, message }: NewEntry) => ({
	time: time === null ? null : new Date(time).toISOString(),
	severity,
	service,
	host,
	message
});

test.each([
	[
		'RFC 5424, example 1',
		`<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8`,
		[
			'2003-10-11T22:14:15.003Z',
			21,
			'su',
			'mymachine.example.com',
			`'su root' failed for lonvick on /dev/pts/8`
		]
	],
	[
		'RFC 5424, example 2, with an offset and microseconds',
		`<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.`,
		['2003-08-24T12:14:15.000Z', 10, 'myproc', '192.0.2.1', `%% It's time to make the do-nuts.`]
	],
	[
		'RFC 5424, example 4, with structured data alone',
		'<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]',
		['2003-10-11T22:14:15.003Z', 10, 'evntslog', 'mymachine.example.com', '']
	],
	[
		'a nil time, host and name: those of the listener',
		'<14>1 - - - - - - hello',
		[null, 9, 'router', '192.0.2.7', 'hello']
	],
	[
		'no structured data, as Heroku sends',
		'<190>1 2012-11-30T06:45:29+00:00 host app web.3 - State changed from starting to up',
		['2012-11-30T06:45:29.000Z', 9, 'app', 'host', 'State changed from starting to up']
	],
	[
		'a message that begins with a bracket and is no structured data',
		'<190>1 2012-11-30T06:45:29+00:00 host app web.3 - [main] started',
		['2012-11-30T06:45:29.000Z', 9, 'app', 'host', '[main] started']
	],
	[
		'RFC 3164, example 1',
		`<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8`,
		['2026-10-11T22:14:15.000Z', 21, 'su', 'mymachine', `'su root' failed for lonvick on /dev/pts/8`]
	],
	[
		'RFC 3164, example 2, without a time',
		'<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!',
		['2026-02-05T17:32:18.000Z', 10, 'router', '10.0.0.99', 'Use the BFG!']
	],
	[
		'a year behind the time',
		'<13>Feb  5 17:32:18 2019 db1 postgres[12]: ready',
		['2019-02-05T17:32:18.000Z', 10, 'postgres', 'db1', 'ready']
	],
	[
		'no host: FreeBSD, HAProxy',
		'<134>Feb  6 12:14:14 haproxy[14389]: 10.0.1.2:33317 GET /index.html',
		['2026-02-06T12:14:14.000Z', 9, 'haproxy', '192.0.2.7', '10.0.1.2:33317 GET /index.html']
	],
	[
		'ESXi: ISO time without a version',
		'<166>2026-11-28T09:12:13.456Z esx1.example.com Hostd: info hostd[2100] done',
		['2026-11-28T09:12:13.456Z', 9, 'Hostd', 'esx1.example.com', 'info hostd[2100] done']
	],
	[
		'rsyslog: an ISO time with an offset',
		'<13>2026-11-28T10:12:13.456789+01:00 web-1 app[7]: hi: there',
		['2026-11-28T09:12:13.456Z', 10, 'app', 'web-1', 'hi: there']
	],
	[
		'Cisco: a sequence number, a clock that is not set, a mnemonic',
		'<189>000123: *Mar  1 18:46:11.123: %SYS-5-CONFIG_I: Configured from console by vty2',
		[
			'2026-03-01T18:46:11.123Z',
			10,
			'router',
			'192.0.2.7',
			'%SYS-5-CONFIG_I: Configured from console by vty2'
		]
	],
	[
		'Cisco: the name of the device before the time, and a zone',
		'<189>123: core-sw1: .Mar  1 18:46:11.123 UTC: %LINK-3-UPDOWN: Interface down',
		['2026-03-01T18:46:11.123Z', 10, 'router', 'core-sw1', '%LINK-3-UPDOWN: Interface down']
	],
	['a tag and nothing else', '<13>app: hello', [null, 10, 'app', '192.0.2.7', 'hello']],
	['a priority and nothing else', '<11>it broke', [null, 17, 'router', '192.0.2.7', 'it broke']],
	[
		'a tag with a path',
		'<22>Feb  6 12:14:14 mx1 postfix/smtpd[99]: connect',
		['2026-02-06T12:14:14.000Z', 9, 'postfix/smtpd', 'mx1', 'connect']
	],
	['text', '12 monkeys <3', [null, 9, 'router', '192.0.2.7', '12 monkeys <3']],
	[
		'a word that is no host',
		'<13>Feb  5 17:32:18 Use the BFG!',
		['2026-02-05T17:32:18.000Z', 10, 'router', '192.0.2.7', 'Use the BFG!']
	],
	[
		'a priority that is out of range',
		'<192>Feb  5 17:32:18 a b: c',
		[null, 9, 'router', '192.0.2.7', '<192>Feb  5 17:32:18 a b: c']
	],
	[
		'a day that does not exist',
		'<13>Feb 31 17:32:18 web-1 b: c',
		[null, 10, 'router', '192.0.2.7', 'Feb 31 17:32:18 web-1 b: c']
	],
	[
		'a line end of a datagram',
		'<13>Feb  5 17:32:18 web-1 b: c\n\0',
		['2026-02-05T17:32:18.000Z', 10, 'b', 'web-1', 'c']
	]
])('%s', (_, text, [time, severity, service, host, message]) => {
	expect(shortly(read(text))).toEqual({ time, severity, service, host, message });
});

test('facility, process, message id and structured data are attributes', () => {
	const header = '<165>1 2003-10-11T22:14:15.003Z h app 42 ID47';
	expect(attributesOf(`${header} [a@1 x="1" y="q\\"\\\\\\]\\n" ][b ip="1" ip="2"] hi`)).toEqual({
		'syslog.facility': 'local4',
		'syslog.procid': '42',
		'syslog.msgid': 'ID47',
		'syslog.a@1.x': '1',
		'syslog.a@1.y': 'q"\\]\\n',
		'syslog.b.ip': '1',
		'syslog.b.ip_2': '2'
	});
});

test('a time without a year is of the year nearest to now', () => {
	const newYear = Date.UTC(2027, 0, 1, 0, 5);
	expect(shortly(read('<13>Dec 31 23:59:58 web-1 b: c', 'UTC', newYear)).time).toBe(
		'2026-12-31T23:59:58.000Z'
	);
	expect(shortly(read('<13>Jan  1 00:00:01 web-1 b: c', 'UTC', newYear - 600_000)).time).toBe(
		'2027-01-01T00:00:01.000Z'
	);
	const leap = Date.UTC(2028, 2, 1);
	expect(shortly(read('<13>Feb 29 10:00:00 web-1 b: c', 'UTC', leap)).time).toBe('2028-02-29T10:00:00.000Z');
});

test('a time without a zone is of the zone of the listener, in summer and in winter', () => {
	expect(shortly(read('<13>Jul  1 12:00:00 web-1 b: c', 'Europe/Berlin')).time).toBe(
		'2026-07-01T10:00:00.000Z'
	);
	expect(shortly(read('<13>Nov  1 12:00:00 web-1 b: c', 'Europe/Berlin')).time).toBe(
		'2026-11-01T11:00:00.000Z'
	);
	expect(shortly(read('<13>Oct 25 00:30:00 web-1 b: c', 'Europe/Berlin')).time).toBe(
		'2026-10-24T22:30:00.000Z'
	);
});

test('an entry in JSON is one, and a line that only begins like it is a message', () => {
	const json = read('{"level":50,"msg":"broke","hostname":"web-1","n":1}\n');
	expect(json).toMatchObject({ severity: 17, message: 'broke', service: 'router' });
	expect(read('{half of it').message).toBe('{half of it');
});

test('the key in structured data is found, and is never stored', () => {
	const header = '<165>1 2003-10-11T22:14:15.003Z h app 42 ID47';
	const line = `${header} [a@1 x="1"][tailrace@32473 key="tr_secret"] hi`;
	expect(key.read(Buffer.from(line))).toBe('tr_secret');
	expect(JSON.stringify(read(line))).not.toContain('tr_secret');
	expect(key.read(Buffer.from(`${header} - [tailrace key="tr_secret"]`))).toBeNull();
	expect(key.read(Buffer.from('[tailrace key="tr_secret"]'))).toBeNull();
});

test('bytes that are no UTF-8 cost themselves alone', () => {
	const bytes = Buffer.from('<13>Feb  5 17:32:18 web-1 b: caf\xe9', 'latin1');
	const read = entry(bytes, fallback, { zone: 'UTC', now });
	expect(read).toMatchObject({ service: 'b', message: 'caf\ufffd' });
});
