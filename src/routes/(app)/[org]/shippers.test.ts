import { expect, test } from 'vitest';
import { find } from '$server/ingest/protocols/routes';
import { shippers } from './shippers.ts';

test.each(['https://logs.example.com', 'http://10.0.0.5:3000'])(
	'every client is given the address %s and the key',
	(origin) => {
		const { hostname } = new URL(origin);
		for (const { name, text } of shippers(origin, 'tr_secret')) {
			expect(text, name).toContain(hostname);
			expect(text, name).toContain('tr_secret');
		}
	}
);

test('without the key a placeholder stands for it', () => {
	for (const { text } of shippers('https://logs.example.com', null)) expect(text).toContain('YOUR_KEY');
});

test('Beats and Logstash are told the port, which they would guess wrong', () => {
	const of = (origin: string) => shippers(origin, 'k').find(({ name }) => name === 'Filebeat')?.text;
	expect(of('https://logs.example.com')).toContain('"https://logs.example.com:443/es"');
	expect(of('http://10.0.0.5:3000')).toContain('"http://10.0.0.5:3000/es"');
});

test('every address that is given is one that takes lines', () => {
	const ours = 'https://logs.example.com';
	for (const { name, text } of shippers(ours, 'k')) {
		for (const [, path = ''] of text.matchAll(
			/https:\/\/(?:tailrace:k@)?logs\.example\.com(?::443)?(\/[a-z0-9/_]*)/g
		)) {
			const asked = path.endsWith('/es')
				? `${path}/_bulk`
				: path.endsWith('/journald')
					? `${path}/upload`
					: path;
			expect(asked === '/api/logs' || find('POST', asked)?.kind === 'route', `${name}: ${asked}`).toBe(true);
		}
	}
});
