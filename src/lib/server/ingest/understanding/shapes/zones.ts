import { noon, noon123, type Shape } from './shape.ts';

/** Times with a zone behind them, and what only looks like one. */
export const shapes: Shape[] = [
	{
		of: 'PHP in a region',
		line: '[01-May-2024 14:00:00 Europe/Berlin] PHP Fatal error:  Uncaught Exception in /a.php:3',
		level: 'fatal',
		time: noon
	},
	{
		of: 'PHP in a region of three parts',
		line: '[01-May-2024 09:00:00 America/Argentina/Buenos_Aires] PHP Warning:  odd',
		level: 'warn',
		time: noon
	},
	{
		of: 'PHP in a region of two letters',
		line: '[01-May-2024 05:00:00 US/Pacific] PHP Warning:  odd',
		level: 'warn',
		time: noon
	},
	{
		of: 'PHP in a region that does not exist',
		line: '[01-May-2024 12:00:00 Europe/Nowhere] PHP Warning:  odd',
		level: 'warn'
	},
	{
		of: 'PostgreSQL west of Greenwich',
		line: '2024-05-01 09:00:00.123 -03 [7] ERROR:  division by zero',
		level: 'error',
		time: noon123
	},
	{
		of: 'PostgreSQL east of Greenwich',
		line: '2024-05-01 16:00:00.123 +04 LOG:  checkpoint starting',
		level: 'info',
		time: noon123
	},
	{
		of: 'PostgreSQL in Alaska',
		line: '2024-05-01 12:00:00.123 AKST [7] ERROR:  division by zero',
		level: 'error'
	},
	{ of: 'a zone before a level', line: '2024-05-01 12:00:00 WIB ERROR boom', level: 'error' },
	{ of: 'a zone of old systems', line: '2024-05-01 12:00:00 BRT ERROR boom', level: 'error' },
	{ of: 'a zone before a process', line: '2024-05-01 12:00:00 SAST [7] FATAL:  boom', level: 'fatal' },
	{ of: 'a zone that nobody knows', line: '2024-05-01 12:00:00 QQT [7] FATAL:  boom', level: 'fatal' },
	{ of: 'half of a day', line: '2024-05-01 12:00:00 PM ERROR boom', level: 'error', time: noon },

	{
		of: 'a number behind a time',
		line: '2024-05-01 12:00:00 -10 items in stock',
		level: 'info',
		time: noon
	},
	{ of: 'a method behind a time', line: '2024-05-01 12:00:00 GET /x', level: 'info', time: noon },
	{
		of: 'capitals behind a time',
		line: '2024-05-01 12:00:00 HTTP server is listening',
		level: 'info',
		time: noon
	},
	{
		of: 'a host in capitals',
		line: 'May  1 12:00:00 NAS sshd[7]: error: x',
		level: 'error',
		time: noon
	}
];
