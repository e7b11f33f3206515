// winston with winston-elasticsearch, which sends what it has every so often, the newest first.
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import winston from 'winston';
import { ElasticsearchTransport } from 'winston-elasticsearch';
import { KEY, TARGET, mayEnd, paced } from './script.mjs';

const transport = new ElasticsearchTransport({
	level: 'debug',
	dataStream: true,
	index: 'logs-shop-default',
	flushInterval: 200,
	clientOpts: { node: `${TARGET}/es`, auth: { apiKey: KEY } }
});
const { REFUSALS = '0', STAYS } = process.env;
const logger = winston.createLogger({ level: 'debug', transports: [transport] });
/** @type {string[]} */
const warnings = [];
transport.on('warning', (/** @type {Error} */ error) => warnings.push(error.message));
for await (const { n, level, message, time } of paced())
	logger.log({ level, message, timestamp: time, n, host: 'web-1' });
await mayEnd();
// What fails at its end is not sent again: so it must not end before it has been refused as often as it will be.
const { bulkWriter } = /** @type {{ bulkWriter: { bulk: unknown[] } }} */ (
	/** @type {unknown} */ (transport)
);
const refusals = Number(REFUSALS);
while (warnings.length < refusals || bulkWriter.bulk.length > 0) {
	await setTimeout(50);
	if (warnings.length >= refusals) await transport.flush();
}
const ended = once(transport, 'finish');
logger.end();
await ended;
if (warnings.length > refusals && !STAYS) process.stderr.write(warnings.join('\n'));
