import { noon, today123, type Shape } from './shape.ts';

/** Lines that begin with key=value. */
export const shapes: Shape[] = [
	{
		of: 'FortiGate',
		line: 'date=2024-05-01 time=12:00:00 devname="fw" logid="01" level="warning" action=deny',
		level: 'warn',
		time: noon,
		attributes: { devname: 'fw', logid: '01', action: 'deny' }
	},
	{
		of: 'FortiGate with a zone',
		line: 'date=2024-05-01 time=14:00:00 devname="fw" tz="+0200" level="alert"',
		level: 'fatal',
		time: noon,
		attributes: { devname: 'fw', tz: '+0200' }
	},
	{
		of: 'Sophos',
		line: 'date=2024-05-01 time=12:00:00 timezone="CEST" device_id=7',
		level: 'info',
		attributes: { date: '2024-05-01', time: '12:00:00', timezone: 'CEST', device_id: '7' }
	},
	{
		of: 'a date alone in a pair',
		line: 'date=2024-05-01 level=error',
		level: 'error',
		attributes: { date: '2024-05-01' }
	},
	{
		of: 'a date and a time within a sentence',
		line: 'restored date=2024-05-01 time=12:00:00',
		level: 'info',
		attributes: { date: '2024-05-01', time: '12:00:00' }
	},
	{
		of: 'log15',
		line: 't=2024-05-01T12:00:00+0000 lvl=eror msg=boom',
		level: 'error',
		time: noon,
		attributes: { msg: 'boom' }
	},
	{ of: "pino's numbers", line: 'level=50 msg=boom', level: 'error', attributes: { msg: 'boom' } },
	{ of: "syslog's numbers", line: 'severity=3 msg=boom', level: 'error', attributes: { msg: 'boom' } },
	{ of: "OpenTelemetry's numbers", line: 'severity=13 msg=odd', level: 'warn', attributes: { msg: 'odd' } },
	{
		of: 'Phoenix',
		line: '12:00:00.123 request_id=F [error] boom',
		level: 'error',
		time: today123,
		attributes: { request_id: 'F' }
	},
	{
		of: 'a number that is no level',
		line: 'level=99 msg=boom',
		level: 'info',
		attributes: { level: '99', msg: 'boom' }
	}
];
