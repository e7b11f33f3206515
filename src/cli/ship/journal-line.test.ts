import { expect, test } from 'vitest';
import * as journal from './journal-line.ts';
import type { Asked } from './shape.ts';

const asked: Asked = { service: null, labels: {} };
const entry = {
	__CURSOR: 's=1;i=2',
	__REALTIME_TIMESTAMP: '1795000000123456',
	_HOSTNAME: 'node-1',
	_SYSTEMD_UNIT: 'web.service',
	_BOOT_ID: 'b',
	_PID: '17',
	_TRANSPORT: 'journal',
	SYSLOG_IDENTIFIER: 'web',
	PRIORITY: '3',
	CODE_FILE: 'main.c',
	MESSAGE: 'it broke'
};
const read = (fields: object, more = asked, hostAsked = false) =>
	journal.read(JSON.stringify(fields), more, hostAsked);
const membersOf = (fields: object, more = asked, hostAsked = false) =>
	JSON.parse(`{${read(fields, more, hostAsked)?.origin.members.slice(0, -1)}}`) as object;

test('an entry has its message, time, service and host, and the fields that its program gave', () => {
	expect(read(entry)).toMatchObject({
		cursor: 's=1;i=2',
		text: 'it broke',
		time: 1795000000123456,
		stream: null,
		origin: { service: 'web' }
	});
	expect(membersOf(entry)).toEqual({
		host: 'node-1',
		PRIORITY: '3',
		CODE_FILE: 'main.c',
		_SYSTEMD_UNIT: 'web.service',
		_PID: '17',
		_TRANSPORT: 'journal'
	});
});

test('a message may be bytes, several, or null', () => {
	expect(read({ ...entry, MESSAGE: [...Buffer.from('ä\x1b[0m')] })?.text).toBe('ä\x1b[0m');
	expect(read({ ...entry, MESSAGE: ['one', [116, 119, 111]] })?.text).toBe('one\ntwo');
	expect(read({ ...entry, MESSAGE: null })?.text).toBe('');
});

test('without an identifier the unit is the service, and what is asked for comes first', () => {
	const anonymous = { ...entry, SYSLOG_IDENTIFIER: undefined };
	expect(read(anonymous)?.origin.service).toBe('web.service');
	expect(read(entry, { service: 'api', labels: {} })?.origin.service).toBe('api');
	expect(membersOf(entry, { service: null, labels: { env: 'test' } }, true)).toMatchObject({ env: 'test' });
	expect(membersOf(entry, asked, true)).not.toHaveProperty('host');
});

test('only what a service prints is joined, by its stream', () => {
	const printed = { ...entry, _TRANSPORT: 'stdout', _STREAM_ID: 'ab' };
	expect(read(printed)?.stream).toBe('ab web.service 17');
});

test.each(['', 'null', '17', '{"MESSAGE":"a"}', '-- No entries --'])('%s is no entry', (line) => {
	expect(journal.read(line, asked, false)).toBeNull();
});
