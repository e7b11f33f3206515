import { noon, noon123, today, type Shape } from './shape.ts';

/** Dates of unusual forms, and those that are not read because they mean two things. */
export const shapes: Shape[] = [
	{
		of: 'MariaDB in the morning',
		line: '2024-05-01  9:00:00 3 [Warning] Access denied',
		level: 'warn',
		time: noon.replace('12', '09')
	},
	{ of: 'MySQL 5.5', line: '240501 12:00:00 [ERROR] Aborting', level: 'error', time: noon },
	{
		of: 'MySQL 5.5 in the morning',
		line: '240501  9:00:00 [Note] ready',
		level: 'info',
		time: noon.replace('12', '09')
	},
	{ of: 'six digits that are no date', line: '249901 12:00:00 [ERROR] boom', level: 'info' },
	{ of: 'Spark', line: '24/05/01 12:00:00 ERROR util.Shell: failed', level: 'error', time: noon },
	{ of: 'Hadoop', line: '24/05/01 12:00:00 WARN NativeCodeLoader: slow', level: 'warn', time: noon },
	{ of: 'a day before the month', line: '02/05/24 12:00:00 ERROR boom', level: 'error' },
	{ of: 'the same as Spark has it', line: '02/05/24 12:00:00 ERROR Shell: boom', level: 'error' },
	{
		of: 'American dates, which could be European',
		line: '05/01/2024 12:00:00 ERROR boom',
		level: 'error'
	},
	{ of: 'German dates', line: '01.05.2024 12:00:00 [WARN] odd', level: 'warn' },
	{ of: 'dates with dashes', line: '05-01-2024 12:00:00 ERROR boom', level: 'error' },
	{
		of: 'NestJS',
		line: '[Nest] 7  - 05/01/2024, 12:00:00 PM   ERROR [ExceptionsHandler] boom',
		level: 'error'
	},
	{
		of: 'NestJS in colours',
		line: '\u001b[31m[Nest] 7  - \u001b[39m05/01/2024, 12:00:00 PM \u001b[31m  ERROR\u001b[39m \u001b[38;5;3m[X] \u001b[39mboom',
		level: 'error'
	},
	{
		of: 'CockroachDB',
		line: 'E240501 12:00:00.123456 123 a.go:1  [n1] boom',
		level: 'error',
		time: noon123
	},
	{
		of: 'CockroachDB since 21',
		line: 'W240501 12:00:00.123456 123 1@sql/a.go:1 ⋮ [T1,n1] odd',
		level: 'warn',
		time: noon123
	},
	{
		of: 'WebLogic',
		line: '####<May 1, 2024 12:00:00 PM UTC> <Error> <Server> <web> <boom>',
		level: 'error',
		time: noon
	},
	{
		of: 'WebLogic 14',
		line: '####<May 1, 2024, 12:00:00,123 PM Coordinated Universal Time> <Warning> <Server> <odd>',
		level: 'warn',
		time: noon123
	},
	{
		of: 'WebLogic in a zone of its own',
		line: '####<May 1, 2024, 12:00:00,123 PM Central European Summer Time> <Error> <Server> <boom>',
		level: 'error'
	},
	{ of: 'a time of twelve hours', line: '12:00:00 PM ERROR boom', level: 'error', time: today },
	{ of: 'an address', line: '10.0.0.1 12.5.24 ERROR is a name', level: 'info' }
];
