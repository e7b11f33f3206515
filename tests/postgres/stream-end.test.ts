import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import * as deploys from '../support/deploys/deploys.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** A stream that ended, with what it said of that. */
const ended = (reason: string, detail: string) =>
	`: connected\n\nevent: end\ndata: ${JSON.stringify({ reason, detail })}\n\n`;

describe('who loses access is shown out at once, and told why', () => {
	/** A stream of the owner's, in the browser. */
	const inBrowser = async (tenant: Tenant) => (await tenant.signedIn()).stream(`org=${tenant.org.slug}`);

	test.each<[string, (sql: Sql, tenant: Tenant) => Promise<unknown>, string, string]>([
		[
			'at sign-out',
			(sql, { made }) => sql`DELETE FROM sessions WHERE user_id = ${made.userId}`,
			'signed out',
			'You signed out, or this session was ended.'
		],
		[
			'when suspended',
			(sql, { made }) => sql`UPDATE users SET suspended_at = now() WHERE id = ${made.userId}`,
			'signed out',
			'Your account is suspended.'
		],
		[
			'when removed from the organization',
			(sql, { org }) => sql`DELETE FROM memberships WHERE org_id = ${org.id}`,
			'access removed',
			"You're no longer a member of this organization."
		],
		[
			'when the organization is suspended',
			(sql, { org }) => sql`UPDATE organizations SET suspended_at = now() WHERE id = ${org.id}`,
			'access removed',
			'The organization is suspended.'
		],
		[
			'when the organization is deleted',
			(sql, { org }) => sql`DELETE FROM organizations WHERE id = ${org.id}`,
			'access removed',
			'The organization was deleted.'
		]
	])('%s', async (_, lose, reason, detail) => {
		const tenant = await site.tenant();
		const stream = await inBrowser(tenant);
		await lose(site.database.sql, tenant);
		const gone = performance.now();
		expect(await stream.rest()).toBe(ended(reason, detail));
		expect(performance.now() - gone).toBeLessThan(1_000);
	});

	test('when the key is revoked, and nobody else', async () => {
		const tenant = await site.tenant();
		const owner = await tenant.signedIn();
		const query = `org=${tenant.org.slug}`;
		const [revoked, kept] = [await tenant.stream(), await owner.stream(query)];
		await site.database.sql`DELETE FROM api_keys WHERE org_id = ${tenant.org.id}`;
		expect(await revoked.rest()).toBe(ended('access removed', 'The API key was revoked.'));
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
		const deploy = await deploys.make(tenant);
		const ofDeploys = await Promise.all([deploy.stream(), deploys.listStream(tenant)]);
		await Promise.all(ofDeploys.map((stream) => stream.until((text) => text.includes(deploy.id))));
		const stopping = performance.now();
		const stopped = own.server.kill('SIGTERM');
		for (const stream of [...streams, ...ofDeploys]) {
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
