import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectScript, run, start, stored, type Expected } from '../support/shippers/clients.ts';
import { freePort, ofListener, reaches } from '../support/shippers/listeners.ts';
import { metric } from '../support/server/calls.ts';
import { oneLine } from '../support/shippers/syslog-messages.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

/** One organization each, and listeners for it. */
const ports = { tcp: freePort(), udp: freePort(), json: freePort(), gelf: freePort(), forward: freePort() };
const secret = 'correct-horse';
let site: Site;

beforeAll(async () => {
	site = await startSite({
		SYSLOG_LISTEN: `tcp://127.0.0.1:${ports.tcp}?org=tcp udp://127.0.0.1:${ports.udp}?org=udp tcp://127.0.0.1:${ports.json}?org=json`,
		GELF_LISTEN: `udp://127.0.0.1:${ports.gelf}?org=gelf tcp://127.0.0.1:${ports.gelf}?org=gelf`,
		FORWARD_LISTEN: `tcp://127.0.0.1:${ports.forward}?org=forward&secret=${secret}`
	});
});
afterAll(() => site.stop());

/** A new organization that has the slug, which another had before. */
async function tenantOf(slug: string): Promise<Tenant> {
	const { sql } = site.database;
	await sql`UPDATE organizations SET slug = id::text WHERE slug = ${slug}`;
	const tenant = await site.tenant();
	await sql`UPDATE organizations SET slug = ${slug} WHERE id = ${tenant.org.id}`;
	const { promise, resolve } = Promise.withResolvers<void>();
	setTimeout(resolve, 1_100); // a listener looks its organization up once a second
	await promise;
	return tenant;
}

/** Every line of a client has come. */
async function expectAll(tenant: Tenant, expected: Expected): Promise<void> {
	const { origin, made } = tenant;
	const count = expected.count ?? 1000;
	for (;;) {
		const found = await stored(origin, made.key);
		if (found.length >= count) return expectScript(found, expected);
	}
}

test.each([
	{ PROTOCOL: 'tcp4', TYPE: 'BSD', EOL: '\n' },
	{ PROTOCOL: 'tcp4', TYPE: '5424', EOL: '' },
	{ PROTOCOL: 'udp4', TYPE: '5424', EOL: '' }
])('winston-syslog $PROTOCOL $TYPE (EOL $EOL) sends lines that arrive whole', async (env) => {
	const slug = env.PROTOCOL === 'udp4' ? 'udp' : 'tcp';
	const tenant = await tenantOf(slug);
	await run('winston-syslog', { port: ports[slug], env });
	const common = { service: 'shop', host: 'web-1', timeWithinMs: null, messageOf: oneLine };
	await expectAll(tenant, { ...common, inOrder: slug === 'tcp' });
});

test.each(['pino-socket', 'winston-logstash'])('%s sends JSON lines that arrive whole', async (CLIENT) => {
	const tenant = await tenantOf('json');
	const client = start('json-lines', { port: ports.json, env: { CLIENT, STAYS: '1' } });
	await expectAll(tenant, { service: 'shop', host: 'web-1' });
	client.finish();
	expect(await client.ended).toBe(0);
});

test.each([
	{ CLIENT: 'gelf-pro', ADAPTER: 'udp' },
	{ CLIENT: 'gelf-pro', ADAPTER: 'tcp' }
])('$CLIENT $ADAPTER sends lines that arrive whole', async (env) => {
	const tenant = await tenantOf('gelf');
	await run('gelf', { port: ports.gelf, env });
	await expectAll(tenant, { service: 'shop', host: 'web-1', timeWithinMs: null, inOrder: false });
});

test('winston-log2gelf sends lines whose messages arrive whole; its levels are not those of GELF', async () => {
	const tenant = await tenantOf('gelf');
	const taken = ofListener('lines_total', { protocol: 'gelf', address: `tcp://127.0.0.1:${ports.gelf}` });
	const before = (await metric(site.server.url, taken)) || 0;
	await run('gelf', { port: ports.gelf, env: { CLIENT: 'winston-log2gelf' } });
	await reaches(site.server.url, taken, before + 1000);
	const found = await stored(tenant.origin, tenant.made.key);
	expect(found.map(({ message }) => Number(/line (\d+)/.exec(message)?.[1]))).toEqual(
		found.map((_, n) => n + 1)
	);
	expect(found.every(({ service, host }) => service === 'shop' && host === 'web-1')).toBe(true);
	expect(found[6]?.message).toContain('\n  second\n');
});

describe('@fluent-org/logger', () => {
	test.each(['Message', 'Forward', 'PackedForward', 'CompressedPackedForward'])(
		'in the mode %s is told of each stored chunk',
		async (MODE) => {
			const tenant = await tenantOf('forward');
			await run('fluent', { port: ports.forward, env: { MODE, ACK: '1', SECRET: secret } });
			const found = await stored(tenant.origin, tenant.made.key);
			expectScript(found, { service: 'shop', host: 'web-1', inOrder: false });
			expect(found[0]?.attributes).toMatchObject({ 'fluent.tag': 'app.shop' });
		}
	);

	test('with another secret nothing is stored', async () => {
		const tenant = await tenantOf('forward');
		const client = start('fluent', { port: ports.forward, count: 1, env: { ACK: '1', SECRET: 'wrong' } });
		const address = `tcp://127.0.0.1:${ports.forward}`;
		await reaches(
			site.server.url,
			ofListener('dropped_total', { protocol: 'forward', address, reason: 'key' }),
			1
		);
		expect(await stored(tenant.origin, tenant.made.key)).toEqual([]);
		client.stop();
	});
});
