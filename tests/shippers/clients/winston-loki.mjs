// winston with winston-loki: JSON, or protobuf in Snappy, which it does not name in a header.
import winston from 'winston';
import LokiTransport from 'winston-loki';
import { KEY, TARGET, mayEnd, paced } from './script.mjs';

const { JSON: json, INTERVAL = '0.2' } = process.env;
const transport = new LokiTransport({
	level: 'debug',
	host: TARGET,
	basicAuth: `tailrace:${KEY}`,
	json: Boolean(json),
	labels: { service_name: 'shop', host: 'web-1' },
	format: winston.format.printf(({ message }) => String(message)),
	interval: Number(INTERVAL),
	replaceTimestamp: false,
	onConnectionError: (/** @type {Error} */ error) => process.stderr.write(`${error.message}\n`)
});
const logger = winston.createLogger({ level: 'debug', transports: [transport] });
for await (const { n, level, message, time } of paced()) logger.log({ level, message, timestamp: time, n });
await mayEnd();
// It would wait a minute after a failure; this sends at once.
await transport.close();
process.exit(0);
