// pino with pino-elasticsearch, which sends at once what fits into flushBytes.
import pino from 'pino';
import pinoElasticsearch from 'pino-elasticsearch';
import { KEY, TARGET, paced } from './script.mjs';

const stream = pinoElasticsearch({
	node: `${TARGET}/es`,
	auth: { apiKey: KEY },
	index: 'shop',
	esVersion: 8,
	flushBytes: 50_000
});
const sent = new Promise((resolve, reject) => {
	stream.on('insert', resolve);
	stream.on('error', reject);
	stream.on('insertError', reject);
});
const logger = pino({ base: { hostname: 'web-1' }, level: 'debug', timestamp: false }, stream);
for await (const { n, level, message, time } of paced()) logger[level]({ n, time: time.getTime() }, message);
stream.end();
await sent;
