// pino with pino-loki. It does not send again what fails, and says so.
import { once } from 'node:events';
import pino from 'pino';
import { pinoLoki } from 'pino-loki';
import { KEY, TARGET, paced } from './script.mjs';

const stream = pinoLoki({
	host: TARGET,
	basicAuth: { username: 'tailrace', password: KEY },
	labels: { service_name: 'shop' },
	batching: { interval: 0.1 }
});
const logger = pino({ base: { hostname: 'web-1' }, level: 'debug', timestamp: false }, stream);
for await (const { n, level, message, time } of paced()) logger[level]({ n, time: time.getTime() }, message);
const ended = once(stream, 'close');
stream.end();
await ended;
