import { expect, test } from 'vitest';
import { socketShippers, type OpenListener } from './socket-shippers.ts';

const listener = (more: Partial<OpenListener>): OpenListener => ({
	...{ protocol: 'syslog', transport: 'tcp', port: 5514, hasSecret: false },
	...more
});
const of = (...listeners: OpenListener[]) => socketShippers('https://logs.example.com', listeners);

test('clients are given the address of each listener', () => {
	const all = of(
		listener({}),
		listener({ transport: 'tls', port: 6514 }),
		listener({ transport: 'udp' }),
		listener({ protocol: 'gelf', transport: 'udp', port: 12_201 }),
		listener({ protocol: 'forward', port: 24_224, hasSecret: true })
	);
	expect(all.map(({ name }) => name)).toEqual([
		'rsyslog (syslog over TCP)',
		'syslog-ng (syslog over TCP)',
		'Docker (syslog over TCP)',
		'rsyslog (syslog over TLS)',
		'syslog-ng (syslog over TLS)',
		'Docker (syslog over TLS)',
		'logger (syslog over UDP)',
		'Docker (GELF over UDP)',
		'Fluent Bit (forward)'
	]);
	for (const { name, text } of all) {
		expect(text, name).toContain('logs.example.com');
		expect(text, name).toMatch(/5514|6514|12201|24224/);
	}
});

test('nothing is said of a secret where there is none, and only once how to send to two of one kind', () => {
	const [client, ...more] = of(
		listener({ protocol: 'forward', port: 1 }),
		listener({ protocol: 'forward', port: 2 })
	);
	expect(client?.text).not.toContain('Shared_Key');
	expect(more).toEqual([]);
});

test('without listeners there is nothing to say', () => {
	expect(of()).toEqual([]);
});
