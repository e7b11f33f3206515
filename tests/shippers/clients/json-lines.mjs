// JSON lines over TCP: CLIENT is pino-socket or winston-logstash.
import { once } from 'node:events';
import { PORT, lines } from './script.mjs';

const common = { service: 'shop', host: 'web-1' };

const clients = {
	async 'pino-socket'() {
		const { default: pino } = await import('pino');
		const options = { address: '127.0.0.1', port: Number(PORT), mode: 'tcp' };
		const transport = pino.transport({ target: 'pino-socket', options });
		await once(transport, 'ready');
		let now = 0;
		const timestamp = () => `,"time":${now}`;
		const logger = pino({ level: 'trace', base: common, timestamp }, transport);
		for (const { n, level, message, time } of lines()) {
			now = time.getTime();
			logger[level]({ n }, message);
		}
		transport.end();
		await once(transport, 'close');
	},

	async 'winston-logstash'() {
		const { default: winston } = await import('winston');
		const { default: Logstash } = await import('winston-logstash/lib/winston-logstash-latest.js');
		const transport = new Logstash({ port: Number(PORT), host: '127.0.0.1', node_name: 'web-1' });
		const logger = winston.createLogger({ level: 'debug', transports: [transport] });
		for (const { n, level, message, time } of lines())
			logger.log({ level, message, n, ...common, timestamp: time.toISOString() });
		logger.end();
		await once(transport, 'finish');
	}
};
await clients[process.env.CLIENT]();
