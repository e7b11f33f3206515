import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectScript, run, start, stored, type Expected } from '../support/shippers/clients.ts';
import { freePort, ofListener, reaches } from '../support/shippers/listeners.ts';
import { oneLine } from '../support/shippers/syslog-messages.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

/** A listener for each test, by the slug of its organization. */
const listeners = {
	SYSLOG_LISTEN: { bsd: 'tcp', rfc5424: 'tcp', datagrams: 'udp', pino: 'tcp', winston: 'tcp' },
	GELF_LISTEN: { 'gelf-udp': 'udp', 'gelf-tcp': 'tcp', log2gelf: 'tcp' },
	FORWARD_LISTEN: { message: 'tcp', forward: 'tcp', packed: 'tcp', compressed: 'tcp', refused: 'tcp' }
};
type Slug = { [Name in keyof typeof listeners]: keyof (typeof listeners)[Name] }[keyof typeof listeners];
const secret = 'correct-horse';
let portOf: (slug: Slug) => number;
let site: Site;

beforeAll(async () => {
	const ports = new Map<string, number>();
	portOf = (slug) => ports.get(slug) as number;
	const env = Object.entries(listeners).map(([name, transports]) => {
		const more = name === 'FORWARD_LISTEN' ? `&secret=${secret}` : '';
		const urls = Object.entries(transports).map(([slug, transport]) => {
			ports.set(slug, freePort());
			return `${transport}://127.0.0.1:${ports.get(slug)}?org=${slug}${more}`;
		});
		return [name, urls.join(' ')];
	});
	site = await startSite(Object.fromEntries(env));
});
afterAll(() => site.stop());

/** A new organization with that slug. */
async function tenantOf(slug: Slug): Promise<Tenant> {
	const tenant = await site.tenant();
	await site.database.sql`UPDATE organizations SET slug = ${slug} WHERE id = ${tenant.org.id}`;
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
	{ slug: 'bsd', PROTOCOL: 'tcp4', TYPE: 'BSD', EOL: '\n' },
	{ slug: 'rfc5424', PROTOCOL: 'tcp4', TYPE: '5424', EOL: '' },
	{ slug: 'datagrams', PROTOCOL: 'udp4', TYPE: '5424', EOL: '' }
] as const)(
	'winston-syslog $PROTOCOL $TYPE (EOL $EOL) sends lines that arrive whole',
	async ({ slug, ...env }) => {
		const tenant = await tenantOf(slug);
		await run('winston-syslog', { port: portOf(slug), env });
		const common = { service: 'shop', host: 'web-1', timeWithinMs: null, messageOf: oneLine };
		await expectAll(tenant, { ...common, inOrder: env.PROTOCOL === 'tcp4' });
	}
);

test.each([
	{ slug: 'pino', CLIENT: 'pino-socket' },
	{ slug: 'winston', CLIENT: 'winston-logstash' }
] as const)('$CLIENT sends JSON lines that arrive whole', async ({ slug, CLIENT }) => {
	const tenant = await tenantOf(slug);
	const client = start('json-lines', { port: portOf(slug), env: { CLIENT, STAYS: '1' } });
	await expectAll(tenant, { service: 'shop', host: 'web-1' });
	client.finish();
	expect(await client.ended).toBe(0);
});

test.each(['udp', 'tcp'] as const)('gelf-pro %s sends lines that arrive whole', async (ADAPTER) => {
	const slug = `gelf-${ADAPTER}` as const;
	const tenant = await tenantOf(slug);
	await run('gelf', { port: portOf(slug), env: { CLIENT: 'gelf-pro', ADAPTER } });
	await expectAll(tenant, { service: 'shop', host: 'web-1', timeWithinMs: null, inOrder: false });
});

test('winston-log2gelf sends lines whose messages arrive whole; its levels are not those of GELF', async () => {
	const tenant = await tenantOf('log2gelf');
	const port = portOf('log2gelf');
	await run('gelf', { port, env: { CLIENT: 'winston-log2gelf' } });
	const address = `tcp://127.0.0.1:${port}`;
	await reaches(site.server.url, ofListener('lines_total', { protocol: 'gelf', address }), 1000);
	const found = await stored(tenant.origin, tenant.made.key);
	expect(found.map(({ message }) => Number(/line (\d+)/.exec(message)?.[1]))).toEqual(
		found.map((_, n) => n + 1)
	);
	expect(found.every(({ service, host }) => service === 'shop' && host === 'web-1')).toBe(true);
	expect(found[6]?.message).toContain('\n  second\n');
});

describe('@fluent-org/logger', () => {
	test.each([
		{ slug: 'message', MODE: 'Message' },
		{ slug: 'forward', MODE: 'Forward' },
		{ slug: 'packed', MODE: 'PackedForward' },
		{ slug: 'compressed', MODE: 'CompressedPackedForward' }
	] as const)('in the mode $MODE is told of each stored chunk', async ({ slug, MODE }) => {
		const tenant = await tenantOf(slug);
		await run('fluent', { port: portOf(slug), env: { MODE, ACK: '1', SECRET: secret } });
		const found = await stored(tenant.origin, tenant.made.key);
		expectScript(found, { service: 'shop', host: 'web-1', inOrder: false });
		expect(found[0]?.attributes).toMatchObject({ 'fluent.tag': 'app.shop' });
	});

	test('with another secret nothing is stored', async () => {
		const tenant = await tenantOf('refused');
		const port = portOf('refused');
		const client = start('fluent', { port, count: 1, env: { ACK: '1', SECRET: 'wrong' } });
		const address = `tcp://127.0.0.1:${port}`;
		const refused = ofListener('dropped_total', { protocol: 'forward', address, reason: 'key' });
		await reaches(site.server.url, refused, 1);
		expect(await stored(tenant.origin, tenant.made.key)).toEqual([]);
		client.stop();
	});
});
