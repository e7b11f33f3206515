// winston-log2gelf over HTTP. It numbers levels as winston does, which GELF reads otherwise: levelToInt is put right.
import Log2gelf from 'winston-log2gelf';
import winston from 'winston';
import { KEY, TARGET, lines } from './script.mjs';

const { hostname: host, port } = new URL(TARGET);
const transport = new Log2gelf({
	level: 'debug',
	hostname: 'web-1',
	service: 'shop',
	protocol: 'http',
	host,
	port,
	protocolOptions: { headers: { authorization: `Bearer ${KEY}` } }
});
const syslog = /** @type {Record<string, number>} */ ({ error: 3, warn: 4, info: 6, debug: 7 });
transport.levelToInt = (/** @type {string} */ level) => syslog[level] ?? 6;
const logger = winston.createLogger({ level: 'debug', transports: [transport] });
for (const { n, level, message } of lines()) logger.log({ level, message, n });
