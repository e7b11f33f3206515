import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Site, type Tenant } from '../support/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

describe('who loses access is shown out at once', () => {
	const end = (reason: string) => `event: end\ndata: {"reason":"${reason}"}\n\n`;
	/** A stream of the owner's, in the browser. */
	const inBrowser = async (tenant: Tenant) => (await tenant.signedIn()).stream(`org=${tenant.org.slug}`);

	test('at sign-out', async () => {
		const tenant = await site.tenant();
		const stream = await inBrowser(tenant);
		const { sql } = site.database;
		await sql`DELETE FROM sessions WHERE user_id = ${tenant.made.userId}`;
		const gone = performance.now();
		expect(await stream.rest()).toBe(`: connected\n\n${end('signed out')}`);
		expect(performance.now() - gone).toBeLessThan(1_000);
	});

	test('when removed from the organization', async () => {
		const tenant = await site.tenant();
		const stream = await inBrowser(tenant);
		await site.database.sql`DELETE FROM memberships WHERE org_id = ${tenant.org.id}`;
		expect(await stream.rest()).toBe(`: connected\n\n${end('access removed')}`);
	});

	test('when the key is revoked, and nobody else', async () => {
		const tenant = await site.tenant();
		const owner = await tenant.signedIn();
		const query = `org=${tenant.org.slug}`;
		const [revoked, kept] = [await tenant.stream(), await owner.stream(query)];
		await site.database.sql`DELETE FROM api_keys WHERE org_id = ${tenant.org.id}`;
		expect(await revoked.rest()).toBe(`: connected\n\n${end('access removed')}`);
		await owner.post('still here', {}, `/api/logs?${query}`);
		expect(await kept.until((text) => text.includes('"still here"'))).not.toContain('event: end');
		await kept.close();
	});
});

test('when the server stops it says so, and when to come back, and ends within ten seconds', async () => {
	const own = await startSite();
	try {
		const tenant = await own.tenant();
		await tenant.send('one', 'two');
		const streams = await Promise.all(Array.from({ length: 20 }, () => tenant.stream('after=0')));
		await Promise.all(streams.map((stream) => stream.until((text) => text.includes('"two"'))));
		const stopping = performance.now();
		const stopped = own.server.kill('SIGTERM');
		for (const stream of streams) {
			expect(await stream.rest()).toMatch(
				/\n\nretry: \d+\nevent: end\ndata: \{"reason":"server stopping"\}\n\n$/
			);
		}
		expect(await stopped).toBe(0);
		expect(performance.now() - stopping).toBeLessThan(10_000);
	} finally {
		await own.stop();
	}
});
