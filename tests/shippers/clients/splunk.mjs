// Splunk's own logger for JavaScript. It sends again after a network error, but never what was refused: that it says.
import splunk from 'splunk-logging';
import { KEY, TARGET, lines } from './script.mjs';

const logger = new splunk.Logger({ token: KEY, url: TARGET, maxBatchCount: 100, maxRetries: 12 });
logger.error = (error) => process.stderr.write(`${error}\n`);
for (const { level, message, time } of lines()) {
	const metadata = { time: time.getTime() / 1000, host: 'web-1', source: 'shop', sourcetype: 'json' };
	logger.send({ message, severity: level, metadata });
}
if (logger.serializedContextQueue.length > 0) logger.flush();
