// winston-syslog over the PROTOCOL tcp4 or udp4, of the TYPE BSD or 5424, with EOL between messages or without.
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
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

/** Lines are "logged" when the socket has taken them; of those before it is open nothing is said. */
let taken = 0;
transport.on('logged', () => (taken += 1));
const [firstLine, ...others] = lines();
const log = ({ level, message }) => logger.log(level === 'warn' ? 'warning' : level, message);
log(firstLine);
while (!transport.connected) await setImmediate();
for (const line of others) {
	const before = taken;
	log(line);
	while (taken === before) await setImmediate();
}
if (PROTOCOL === 'tcp4') {
	transport.socket.end();
	await once(transport.socket, 'close');
}
process.exit(); // it would connect again
