import { describe, expect, test } from 'vitest';
import { addressOf, isHttps, trusted, type IsTrusted } from './client.ts';

const of = (list: string) => trusted(list) as IsTrusted;
const none: IsTrusted = () => false;

describe('TRUSTED_PROXIES', () => {
	test.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8, 127.0.0.1'])('takes %s', (list) =>
		expect(trusted(list)).not.toBeNull()
	);
	test.each(['', 'proxy', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8', '10.0.0.1,'])('refuses "%s"', (list) =>
		expect(trusted(list)).toBeNull()
	);
});

describe('the address of a client', () => {
	test('is that of the connection, whatever a stranger writes', () => {
		expect(addressOf('192.0.2.1', '203.0.113.9', none)).toBe('192.0.2.1');
		expect(addressOf('192.0.2.1', '203.0.113.9', of('10.0.0.0/8'))).toBe('192.0.2.1');
	});
	test('is what the nearest proxy says, and no more of what it was told', () => {
		expect(addressOf('10.0.0.1', '198.51.100.7, 203.0.113.9', of('10.0.0.0/8'))).toBe('203.0.113.9');
	});
	test('is found behind several proxies of ours', () => {
		expect(addressOf('::1', '6.6.6.6, 203.0.113.9, 10.2.3.4', of('10.0.0.0/8,::1'))).toBe('203.0.113.9');
	});
	test('is the proxy itself, when it says nothing that can be read', () => {
		expect(addressOf('::1', null, of('::1'))).toBe('::1');
		expect(addressOf('::1', 'unknown', of('::1'))).toBe('::1');
		expect(addressOf('10.0.0.1', '6.6.6.6, nonsense, 10.2.3.4', of('10.0.0.0/8'))).toBe('10.2.3.4');
	});
	test('is without a port, and IPv4 in IPv6 is IPv4', () => {
		const isTrusted = of('127.0.0.1');
		expect(addressOf('::ffff:127.0.0.1', '203.0.113.9:4711', isTrusted)).toBe('203.0.113.9');
		expect(addressOf('127.0.0.1', '[2001:db8::1]:4711', isTrusted)).toBe('2001:db8::1');
	});
});

test('https is believed of a proxy that is trusted, and of nobody else', () => {
	expect(isHttps('http:', '10.0.0.1', 'https', of('10.0.0.0/8'))).toBe(true);
	expect(isHttps('http:', '10.0.0.1', 'https, http', of('10.0.0.0/8'))).toBe(false);
	expect(isHttps('http:', '192.0.2.1', 'https', of('10.0.0.0/8'))).toBe(false);
	expect(isHttps('https:', '192.0.2.1', null, none)).toBe(true);
});
