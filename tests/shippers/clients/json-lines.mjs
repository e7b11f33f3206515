// JSON lines over TCP: CLIENT is pino-socket or winston-logstash. Both drop at their end what the socket has not taken yet.
import { once } from 'node:events';
import { PORT, mayEnd, paced } from './script.mjs';

const common = { service: 'shop', host: 'web-1' };

const clients = {
	async 'pino-socket'() {
		const { default: pino } = await import('pino');
		const again = { reconnect: true, recovery: true, recoveryQueueMaxSize: 10_000_000 };
		const options = { address: '127.0.0.1', port: Number(PORT), mode: 'tcp', ...again };
		const transport = pino.transport({ target: 'pino-socket', options });
		await once(transport, 'ready');
		let now = 0;
		const timestamp = () => `,"time":${now}`;
		const logger = pino({ level: 'trace', base: common, timestamp }, transport);
		for await (const { n, level, message, time } of paced()) {
			now = time.getTime();
			logger[level]({ n }, message);
		}
	},

	async 'winston-logstash'() {
		const { default: winston } = await import('winston');
		const { default: Logstash } = await import('winston-logstash/lib/winston-logstash-latest.js');
		const where = { port: Number(PORT), host: '127.0.0.1', max_connect_retries: -1 };
		const transport = new Logstash({ ...where, node_name: 'web-1' });
		const logger = winston.createLogger({ level: 'debug', transports: [transport] });
		for await (const { n, level, message, time } of paced())
			logger.log({ level, message, n, ...common, timestamp: time.toISOString() });
	}
};
await clients[process.env.CLIENT]();
await mayEnd();
process.exit();
