import { expect, onTestFinished, test } from 'vitest';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';
import { makeDataDir } from '../support/server/cluster.ts';
import { startServer } from '../support/server/server.ts';
import { siteOnDetour } from '../support/server/away.ts';
import { metric, numbers } from '../support/server/calls.ts';
import { stored } from '../support/shippers/clients.ts';
import { dial, freePort, ofListener, pour, reaches, scatter } from '../support/shippers/listeners.ts';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';

/** A site with listeners that belong to organizations which are created once it runs. */
async function siteWith(
	env: (slug: string) => Record<string, string>
): Promise<{ site: Site; tenant: Tenant; slug: string }> {
	const slug = `org-${freePort()}`;
	const site = await startSite(env(slug));
	onTestFinished(() => site.stop());
	const tenant = await site.tenant();
	await site.database.sql`UPDATE organizations SET slug = ${slug} WHERE id = ${tenant.org.id}`;
	return { site, tenant, slug };
}

const line = (n: number) => `<14>1 2026-11-01T12:00:00Z web-1 shop 7 - - line ${n}`;
const lines = (first: number, last: number) => numbers(first, last).map(line);
const numbersOf = (messages: string[]) => messages.map((message) => Number(/line (\d+)/.exec(message)?.[1]));

async function messagesOf({ origin, made }: Tenant): Promise<string[]> {
	return (await stored(origin, made.key)).map(({ message }) => message);
}

test('the messages of a stack trace are one line, over TCP and UDP, also the last ones', async () => {
	const [tcp, udp] = [freePort(), freePort()];
	const { site, tenant } = await siteWith((slug) => ({
		SYSLOG_LISTEN: `tcp://127.0.0.1:${tcp}?org=${slug} udp://127.0.0.1:${udp}?org=${slug}`
	}));
	const trace = [
		'java.lang.IllegalStateException: no stock',
		'\tat shop.Cart.add(Cart.java:7)',
		'Caused by: x'
	];
	const said = (app: string, message: string) => `<11>1 2026-11-01T12:00:00Z web-1 ${app} 7 - - ${message}`;
	const sent = trace.flatMap((message) => [said('shop', message), said('nginx', 'GET /')]);
	await pour(tcp, sent.map((text) => `${text}\n`).join(''));
	await scatter(udp, sent);
	const { url } = site.server;
	for (const address of [`tcp://127.0.0.1:${tcp}`, `udp://127.0.0.1:${udp}`])
		await reaches(url, ofListener('lines_total', { protocol: 'syslog', address }), 4);
	const found = await stored(tenant.origin, tenant.made.key);
	const joined = found.filter(({ service }) => service === 'shop');
	expect(joined.map(({ message, level }) => ({ message, level }))).toEqual(
		[1, 2].map(() => ({ message: trace.join('\n'), level: 'error' }))
	);
	expect(found.filter(({ service }) => service === 'nginx')).toHaveLength(6);
});

test('two listeners of two organizations never mix, in any framing', async () => {
	const [one, other, udp] = [freePort(), freePort(), freePort()];
	const mine = 'mine-1';
	const theirs = 'theirs-1';
	const { site, tenant } = await siteWith((slug) => ({
		SYSLOG_LISTEN: `tcp://127.0.0.1:${one}?org=${slug}, tcp://127.0.0.1:${other}?org=${slug}-2 udp://127.0.0.1:${udp}?org=${slug}`
	}));
	const second = await site.tenant();
	await site.database.sql`
		UPDATE organizations SET slug = (SELECT slug FROM organizations WHERE id = ${tenant.org.id}) || '-2' WHERE id = ${second.org.id}`;
	const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;
	await Promise.all([
		pour(
			one,
			lines(1, 500)
				.map((text) => counted(`${text} ${mine}`))
				.join('')
		),
		pour(
			other,
			lines(1, 500)
				.map((text) => `${text} ${theirs}\n`)
				.join('')
		),
		scatter(udp, [`${line(501)} ${mine}`])
	]);
	const { url } = site.server;
	await reaches(
		url,
		ofListener('lines_total', { protocol: 'syslog', address: `tcp://127.0.0.1:${one}` }),
		500
	);
	await reaches(
		url,
		ofListener('lines_total', { protocol: 'syslog', address: `tcp://127.0.0.1:${other}` }),
		500
	);
	await reaches(url, ofListener('lines_total', { protocol: 'syslog', address: `udp://127.0.0.1:${udp}` }), 1);
	const [own, strange] = [await messagesOf(tenant), await messagesOf(second)];
	expect(own.every((message) => message.endsWith(mine))).toBe(true);
	expect(strange).toEqual(numbers(1, 500).map((n) => `line ${n} ${theirs}`));
	expect(numbersOf(own).sort((a, b) => a - b)).toEqual(numbers(1, 501));
});

test('a suspended organization and one that does not exist are refused and counted; with its return lines are taken', async () => {
	const [port, nobody] = [freePort(), freePort()];
	const { site, tenant } = await siteWith((slug) => ({
		SYSLOG_LISTEN: `tcp://127.0.0.1:${port}?org=${slug} tcp://127.0.0.1:${nobody}?org=nobody`
	}));
	const { url } = site.server;
	const address = `tcp://127.0.0.1:${port}`;
	await site.database.sql`UPDATE organizations SET suspended_at = now() WHERE id = ${tenant.org.id}`;
	await Promise.all([pour(port, `${line(1)}\n`), pour(nobody, `${line(1)}\n`)]);
	await reaches(url, ofListener('dropped_total', { protocol: 'syslog', address, reason: 'suspended' }), 1);
	const strange = { protocol: 'syslog', address: `tcp://127.0.0.1:${nobody}`, reason: 'organization' };
	await reaches(url, ofListener('dropped_total', strange), 1);
	expect(site.server.output()).toContain('an organization that does not exist');
	await site.database.sql`UPDATE organizations SET suspended_at = NULL WHERE id = ${tenant.org.id}`;
	const taken = ofListener('lines_total', { protocol: 'syslog', address });
	for (let n = 2; (await metric(url, taken)) < 1; n += 1) await pour(port, `${line(n)}\n`);
	expect((await messagesOf(tenant)).length).toBeGreaterThan(0);
});

test('with auth=sd each line goes to the organization of its key, and none without one', async () => {
	const port = freePort();
	const { site, tenant } = await siteWith(() => ({ SYSLOG_LISTEN: `tcp://127.0.0.1:${port}?auth=sd` }));
	const second = await site.tenant();
	const keyed = (key: string, text: string) =>
		`<14>1 2026-11-01T12:00:00Z web-1 shop 7 - [tailrace@32473 key="${key}"] ${text}\n`;
	const wrong = `tr_${'x'.repeat(43)}`;
	await pour(
		port,
		keyed(tenant.made.key, 'mine') + keyed(second.made.key, 'theirs') + keyed(wrong, 'guessed') + '<14>none\n'
	);
	const { url } = site.server;
	const address = `tcp://127.0.0.1:${port}`;
	await reaches(url, ofListener('lines_total', { protocol: 'syslog', address }), 2);
	await reaches(url, ofListener('dropped_total', { protocol: 'syslog', address, reason: 'key' }), 2);
	expect(await messagesOf(tenant)).toEqual(['mine']);
	expect(await messagesOf(second)).toEqual(['theirs']);
	expect(JSON.stringify(await stored(tenant.origin, tenant.made.key))).not.toContain(tenant.made.key);
});

test('while PostgreSQL is away TCP stops reading, and every line is there afterwards, once and in order', async () => {
	const port = freePort();
	const slug = `org-${port}`;
	const { site, way } = await siteOnDetour({ SYSLOG_LISTEN: `tcp://127.0.0.1:${port}?org=${slug}` });
	const tenant = await site.tenant();
	await site.database.sql`UPDATE organizations SET slug = ${slug} WHERE id = ${tenant.org.id}`;
	await pour(port, `${line(1)}\n`);
	const taken = ofListener('lines_total', { protocol: 'syslog', address: `tcp://127.0.0.1:${port}` });
	await reaches(site.server.url, taken, 1);
	way.cut();
	const socket = await dial(port);
	let at = 2;
	while (socket.write(`${line(at)} ${'x'.repeat(1000)}\n`) || socket.bytesWritten < 4_000_000) at += 1;
	await way.refused(3);
	expect(socket.writableNeedDrain).toBe(true);
	way.mend();
	await once(socket, 'drain');
	socket.end();
	await reaches(site.server.url, taken, at);
	expect(numbersOf(await messagesOf(tenant))).toEqual(numbers(1, at));
});

test('what was read is committed when the server stops, and clients go on where they were', async () => {
	const dataDir = await makeDataDir('sockets');
	onTestFinished(() => rm(dataDir, { recursive: true }));
	const port = freePort();
	const start = () => startServer({ dataDir, env: { SYSLOG_LISTEN: `tcp://127.0.0.1:${port}?org=acme` } });
	let server = await start();
	onTestFinished(() => server.stop());
	const { key } = await server.bootstrap('acme');
	const socket = await dial(port);
	socket.resume();
	const ended = once(socket, 'close');
	let sent = 0;
	const sending = (async () => {
		for (; !socket.readableEnded && sent < 20_000; sent += 1)
			if (!socket.write(`${line(sent + 1)}\n`)) await Promise.race([once(socket, 'drain'), ended]);
	})();
	const address = `tcp://127.0.0.1:${port}`;
	await reaches(server.url, ofListener('lines_total', { protocol: 'syslog', address }), 100);
	await server.kill('SIGTERM');
	await Promise.all([sending, ended]);
	server = await start();
	await pour(
		port,
		lines(sent + 1, sent + 10)
			.map((text) => `${text}\n`)
			.join('')
	);
	await reaches(server.url, ofListener('lines_total', { protocol: 'syslog', address }), 10);
	const found = numbersOf((await stored(server.url, key)).map(({ message }) => message));
	expect(found.slice(-10)).toEqual(numbers(sent + 1, sent + 10));
	// A client that was still writing when the time was up leaves the beginning of a line.
	const before = found
		.slice(0, -10)
		.filter((number, index, all) => !(Number.isNaN(number) && index === all.length - 1));
	expect(before).toEqual(numbers(1, before.length));
});

test('10,000 fragments are one line, and GELF chunks that never complete are bounded', async () => {
	const [tcp, udp] = [freePort(), freePort()];
	const { site, tenant } = await siteWith((slug) => ({
		SYSLOG_LISTEN: `tcp://127.0.0.1:${tcp}?org=${slug}`,
		GELF_LISTEN: `udp://127.0.0.1:${udp}?org=${slug}`
	}));
	const { url } = site.server;
	const socket = await dial(tcp);
	socket.setNoDelay(true);
	const text = `<14>1 2026-11-01T12:00:00Z web-1 shop 7 - - ${'y'.repeat(40_000)}\n`;
	for (let at = 0; at < text.length; at += 4)
		await new Promise<void>((resolve) => void socket.write(text.slice(at, at + 4), () => resolve()));
	socket.end();
	await reaches(url, ofListener('lines_total', { protocol: 'syslog', address: `tcp://127.0.0.1:${tcp}` }), 1);
	const head = (id: number) => Buffer.from([0x1e, 0x0f, 0, 0, 0, 0, id >> 24, id >> 16, id >> 8, id, 0, 2]);
	for (let id = 0; id < 2000; id += 1)
		await scatter(udp, [Buffer.concat([head(id), Buffer.alloc(8000, 'z')])]);
	const gelf = { protocol: 'gelf', address: `udp://127.0.0.1:${udp}` };
	await reaches(url, ofListener('dropped_total', { ...gelf, reason: 'full' }), 1);
	await reaches(url, ofListener('dropped_total', { ...gelf, reason: 'incomplete' }), 1);
	await scatter(udp, [JSON.stringify({ short_message: 'whole', host: 'web-2', level: 3, _user: 'ann' })]);
	await reaches(url, ofListener('lines_total', gelf), 1);
	const [first, second] = await stored(tenant.origin, tenant.made.key);
	expect(first?.message).toBe('y'.repeat(40_000));
	expect(second).toMatchObject({
		message: 'whole',
		host: 'web-2',
		level: 'error',
		attributes: { user: 'ann' }
	});
});
