import { expect, test } from 'vitest';
import { UntrustedProxies } from './untrusted-proxies.ts';

const forwarded = new Headers({ 'x-forwarded-for': '203.0.113.1' });
const hour = 60 * 60_000;

function watched() {
	const warned: string[] = [];
	return { warned, proxies: new UntrustedProxies((address) => warned.push(address)) };
}

test('a proxy is warned of once an hour, and counted', () => {
	const { warned, proxies } = watched();
	for (let n = 0; n < 5; n++) proxies.note('10.0.0.1', forwarded, n);
	expect(warned).toEqual(['10.0.0.1']);
	expect(proxies.list(5)).toEqual([{ address: '10.0.0.1', requests: 5, firstAt: new Date(0) }]);
	proxies.note('10.0.0.1', forwarded, hour + 1);
	expect(warned).toEqual(['10.0.0.1', '10.0.0.1']);
	expect(proxies.list(hour + 1)[0]?.requests).toBe(1);
});

test.each([
	'x-forwarded-for',
	'x-forwarded-proto',
	'x-forwarded-host',
	'forwarded',
	'x-real-ip',
	'via',
	'cf-connecting-ip'
])('%s is the word of a proxy', (name) => {
	const { warned, proxies } = watched();
	proxies.note('10.0.0.1', new Headers({ [name]: 'x' }));
	expect(warned).toEqual(['10.0.0.1']);
});

test('a request that nobody forwarded is nothing to speak of', () => {
	const { warned, proxies } = watched();
	proxies.note('10.0.0.1', new Headers({ host: 'logs.example.com', accept: '*/*' }));
	expect([warned, proxies.list()]).toEqual([[], []]);
});

test('the busiest stands first, and what is over an hour old nowhere', () => {
	const { proxies } = watched();
	proxies.note('10.0.0.1', forwarded, 0);
	for (const address of ['10.0.0.2', '10.0.0.3', '10.0.0.3']) proxies.note(address, forwarded, 10);
	expect(proxies.list(hour).map(({ address }) => address)).toEqual(['10.0.0.3', '10.0.0.1', '10.0.0.2']);
	expect(proxies.list(hour + 5).map(({ address }) => address)).toEqual(['10.0.0.3', '10.0.0.2']);
});

test('somebody with a million addresses fills neither the memory nor the log', () => {
	const { warned, proxies } = watched();
	for (let n = 0; n < 1_000; n++) proxies.note(`2001:db8::${n.toString(16)}`, forwarded, 0);
	expect([warned.length, proxies.list(0).length]).toEqual([100, 100]);
});
