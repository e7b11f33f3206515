// @fluent-org/logger in the event MODE, which waits for acknowledgements if ACK is set, with the shared key SECRET.
import { FluentClient } from '@fluent-org/logger';
import { PORT, paced } from './script.mjs';

const { MODE = 'PackedForward', ACK = '', SECRET = '' } = process.env;
const client = new FluentClient('app', {
	eventMode: MODE,
	...(ACK && { ack: { ackTimeout: 20_000 } }),
	...(SECRET && { security: { clientHostname: 'web-1', sharedKey: SECRET } }),
	eventRetry: { attempts: 10, minDelay: 200, maxDelay: 1000 },
	socket: { host: '127.0.0.1', port: Number(PORT), timeout: 10_000 }
});
const sent = [];
for await (const { n, level, message, time } of paced())
	sent.push(client.emit('shop', { message, level, n, host: 'web-1', service: 'shop' }, time));
await Promise.all(sent);
await client.shutdown();
