import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { shippers } from '../../src/routes/(app)/[org]/shippers.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';
import { expectScript, stored } from '../support/shippers/clients.ts';
import { areHere } from '../support/shippers/programs.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';
import { startSyslogNg } from '../support/shippers/syslog-ng.ts';

/** A syslog-ng that forwards to this server over HTTP, as the page of a key says, and tries again soon. */
function forwarding(url: string, key: string) {
	const { text = '' } = shippers(url, key).find(({ name }) => name === 'syslog-ng') ?? {};
	const destination = /http\([^]*?\);(?=\n\};)/.exec(text)?.[0] ?? '';
	return startSyslogNg(destination.replace('time-reopen(5)', 'time-reopen(1) timeout(10)'));
}

/** Waits until this many lines are stored, and gives them. */
async function arrived({ origin, made }: Pick<Tenant, 'origin' | 'made'>, count: number) {
	await expect.poll(async () => (await stored(origin, made.key)).length, { timeout: 40_000 }).toBe(count);
	return stored(origin, made.key);
}

describe.skipIf(!areHere('syslogNg'))('syslog-ng, its http module', () => {
	let site: Site;
	beforeAll(async () => void (site = await startSite()));
	afterAll(() => site.stop());

	test('sends lines that arrive whole', async () => {
		const tenant = await site.tenant();
		const { send } = await forwarding(tenant.origin, tenant.made.key);
		await send(1, 1_000);
		expectScript(await arrived(tenant, 1_000), { service: 'shop', host: 'web-1' });
	});

	test('with a wrong key stores nothing, and says so', async () => {
		const tenant = await site.tenant();
		const { program, send } = await forwarding(tenant.origin, 'tr_wrong');
		await send(1, 10);
		await expect.poll(() => program.said(), { timeout: 20_000 }).toContain('401');
		expect(await tenant.lines()).toEqual([]);
	});

	test('sends again what was refused with 429', async () => {
		const tenant = await site.tenant();
		const busy = await refusing(tenant.origin, 2);
		onTestFinished(() => busy.close());
		const { send } = await forwarding(busy.url, tenant.made.key);
		await send(1, 1_000);
		expectScript(await arrived(tenant, 1_000), { service: 'shop' });
		expect(busy.refused()).toBe(2);
	});

	test('loses nothing while the server restarts', async () => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const { send } = await forwarding(server.url, server.key);
		await send(1, 500);
		await server.hasLines(500);
		const restarted = server.restart();
		await send(501, 500);
		await restarted;
		await server.hasLines(1_000);
		expectScript(await stored(server.url, server.key), { service: 'shop' });
	});
});
