// GELF: CLIENT is gelf-pro with the ADAPTER udp or tcp, or winston-log2gelf over tcp. Neither sends times of its user's.
import { PORT, lines } from './script.mjs';

const { CLIENT, ADAPTER = 'udp' } = process.env;

if (CLIENT === 'gelf-pro') {
	const { default: log } = await import('gelf-pro');
	log.setConfig({
		fields: { service: 'shop', host: 'web-1' },
		adapterName: ADAPTER,
		adapterOptions: { host: '127.0.0.1', port: Number(PORT) }
	});
	for (const { n, level, message } of lines())
		await new Promise((resolve, reject) => {
			log[level](message, { n }, (error) => (error ? reject(error) : resolve()));
		});
} else {
	const { default: winston } = await import('winston');
	const { default: Log2gelf } = await import('winston-log2gelf');
	const transport = new Log2gelf({ port: Number(PORT), hostname: 'web-1', service: 'shop', level: 'debug' });
	const logger = winston.createLogger({ level: 'debug', transports: [transport] });
	for (const { level, message } of lines()) logger.log({ level, message });
	logger.once('finish', () => transport.end());
	logger.end();
}
