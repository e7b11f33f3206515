// winston with winston-elasticsearch, which sends what it has every so often, the newest first.
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import winston from 'winston';
import { ElasticsearchTransport } from 'winston-elasticsearch';
import { KEY, TARGET, lines } from './script.mjs';

const transport = new ElasticsearchTransport({
	level: 'debug',
	dataStream: true,
	index: 'logs-shop-default',
	flushInterval: 200,
	clientOpts: { node: `${TARGET}/es`, auth: { apiKey: KEY } }
});
const logger = winston.createLogger({ level: 'debug', transports: [transport] });
/** @type {string[]} */
const warnings = [];
transport.on('warning', (/** @type {Error} */ error) => warnings.push(error.message));
for (const { n, level, message, time } of lines())
	logger.log({ level, message, timestamp: time, n, host: 'web-1' });
// It gives up at its end what it would otherwise send again.
if (process.env.PATIENT) {
	do await setTimeout(50);
	while (transport.bulkWriter.bulk.length > 0 || !transport.bulkWriter.esConnection);
} else if (warnings.length > 0) process.stderr.write(warnings.join('\n'));
const ended = once(transport, 'finish');
logger.end();
await ended;
process.exit(0);
