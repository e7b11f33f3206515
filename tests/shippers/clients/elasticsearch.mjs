// The client of Elasticsearch for JavaScript, with its bulk helper.
import { Client } from '@elastic/elasticsearch';
import { KEY, TARGET, paced } from './script.mjs';

const { GZIP, WAIT = '200', FLUSH_BYTES = '50000' } = process.env;
const client = new Client({
	node: `${TARGET}/es`,
	auth: { apiKey: KEY },
	compression: Boolean(GZIP),
	maxRetries: 20
});
const { failed, successful } = await client.helpers.bulk({
	datasource: paced(),
	flushBytes: Number(FLUSH_BYTES),
	concurrency: 1,
	retries: 10,
	wait: Number(WAIT),
	refreshOnCompletion: true,
	/** @param {import('./script.mjs').Line} line */
	onDocument({ n, level, message, time }) {
		const document = {
			'@timestamp': time,
			message,
			level,
			host: { name: 'web-1' },
			data_stream: { dataset: 'shop' },
			n
		};
		return [{ create: { _index: 'logs-shop-default' } }, document];
	}
});
if (failed > 0) process.stderr.write(`${successful} sent, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
