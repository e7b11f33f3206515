import { noon, type Shape } from './shape.ts';

/** Bare levels, and what only looks like levels and times. */
export const shapes: Shape[] = [
	// Bare levels
	{ of: 'brackets', line: '[WARN] disk is filling up', level: 'warn' },
	{ of: 'brackets in small letters', line: '[error] cannot open file', level: 'error' },
	{ of: 'Maven', line: '[ERROR] Failed to execute goal', level: 'error' },
	{ of: 'a colon', line: 'WARN: low on memory', level: 'warn' },
	{ of: 'capitals', line: 'ERROR something broke', level: 'error' },
	{ of: 'winston simple', line: 'error: no such user {"user":5}', level: 'error', attributes: { user: 5 } },
	{ of: 'winston coloured', line: '\u001b[33mwarn\u001b[39m: slow query', level: 'warn' },
	{ of: 'colours before a bracket', line: '\u001b[31m[ERROR]\u001b[0m boom', level: 'error' },
	{ of: 'git', line: 'fatal: not a git repository', level: 'fatal' },
	{ of: 'Go panic', line: 'panic: runtime error: index out of range', level: 'fatal' },
	{ of: 'npm', line: 'npm ERR! code ELIFECYCLE', level: 'error' },
	{ of: 'npm warning', line: 'npm WARN deprecated har-validator@5.1.5', level: 'warn' },

	// Not levels, not times
	{ of: 'a count', line: '0 errors, 3 warnings', level: 'info' },
	{
		of: 'a key with error in it',
		line: 'error_count=0 warnings=2',
		level: 'info',
		attributes: { error_count: '0', warnings: '2' }
	},
	{ of: 'a path', line: 'GET /error HTTP/1.1 200', level: 'info' },
	{ of: 'a URL', line: 'fetched https://example.com/error?level=error in 5 ms', level: 'info' },
	{ of: 'a sentence', line: 'Error handling is enabled', level: 'info' },
	{
		of: 'a sentence behind a time',
		line: '2024-05-01 12:00:00 the ERROR page was shown',
		level: 'info',
		time: noon
	},
	{
		of: 'a sentence of small letters',
		line: '2024-05-01 12:00:00 error pages are cached',
		level: 'info',
		time: noon
	},
	{
		of: 'a setting',
		line: 'Setting level=error for all loggers',
		level: 'info',
		attributes: { level: 'error' }
	},
	{ of: 'an assignment', line: 'DEBUG=true npm start', level: 'info', attributes: { DEBUG: 'true' } },
	{
		of: 'JSON that is only data',
		line: 'received {"level":"error","n":1}',
		level: 'info',
		attributes: { level: 'error', n: 1 }
	},
	{ of: 'an HTTP method', line: 'TRACE /debug HTTP/1.1', level: 'info' },
	{ of: 'a page', line: 'ERROR 404 page design meeting', level: 'info' },
	{ of: 'a number of an error', line: 'ERROR 1045 (28000): Access denied', level: 'error' },
	{ of: 'a mode in brackets', line: '[DEBUG MODE OFF] x', level: 'info' },
	{ of: 'a name in brackets', line: '[FATAL FURY] x', level: 'info' },
	{ of: 'a page in brackets', line: '[ERROR page] x', level: 'info' },
	{ of: 'a module in brackets', line: '[ERROR my_crate::db] x', level: 'error' },
	{ of: 'a note before an error', line: 'Note: error: is a prefix', level: 'info' },
	{ of: 'a class', line: 'ErrorHandler: ready', level: 'info' },
	{ of: 'a date alone', line: '2024-05-01 report written', level: 'info' },
	{ of: 'a date that does not exist', line: '2024-02-30 12:00:00 INFO odd', level: 'info' },
	{ of: 'a time that has not come', line: '2031-01-01 12:00:00 WARN odd', level: 'warn' },
	{ of: 'numbers', line: '12345 67890 11111', level: 'info' },
	{ of: 'a Java object', line: 'saved User(id=5, name=Bob)', level: 'info', attributes: {} },
	{ of: 'a query string', line: 'GET /x?a=1&b=2', level: 'info', attributes: {} },
	{ of: 'base64', line: 'token dGVzdA== dGVzdDE=', level: 'info', attributes: {} }
];
