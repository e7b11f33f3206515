// winston-syslog over the PROTOCOL tcp4 or udp4, of the TYPE BSD or 5424, with EOL between messages or without.
import winston from 'winston';
import { Syslog } from 'winston-syslog';
import { PORT, lines } from './script.mjs';

const { PROTOCOL = 'tcp4', TYPE = 'BSD', EOL = '' } = process.env;
const transport = new Syslog({
	host: '127.0.0.1',
	port: Number(PORT),
	protocol: PROTOCOL,
	type: TYPE,
	app_name: 'shop',
	localhost: 'web-1',
	...(EOL && { eol: EOL })
});
const levels = winston.config.syslog.levels;
// A message of syslog over TCP is one line.
const format = winston.format.printf(({ message }) => String(message).replaceAll('\n', ' '));
const logger = winston.createLogger({ level: 'debug', levels, format, transports: [transport] });
for (const { level, message } of lines()) {
	const sent = new Promise((resolve) => transport.once('logged', resolve));
	logger.log(level === 'warn' ? 'warning' : level, message);
	await sent;
}
logger.close();
