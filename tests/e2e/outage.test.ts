import { detour, type Detour } from '../support/server/detour.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type Server } from '../support/server/server.ts';
import { expect, signIn, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';
import { Organization } from './organization.ts';

test.use({ expectedErrors: [/503|net::ERR_/] });

const ends: (() => unknown)[] = [];
test.afterEach(async () => {
	for (const end of ends.splice(0).reverse()) await end();
});

/** A server whose way to its PostgreSQL can be cut, and an organization on it. */
async function started(): Promise<{ server: Server; way: Detour; org: Organization }> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-e2e-'));
	await chmod(folder, 0o711); // the user postgres passes through, if we are root
	ends.push(() => rm(folder, { recursive: true }));
	const postgres = await embedded.start(folder, { info() {}, warn() {}, error() {} });
	ends.push(() => postgres.stop());
	const way = await detour(postgres.url);
	ends.push(() => way.close());
	const server = await startServer({ env: { DATABASE_URL: way.url } });
	ends.push(() => server.stop());
	return { server, way, org: new Organization(server, await server.bootstrap()) };
}

test('the page says that the database is away and since when, and goes on by itself', async ({
	page,
	context
}) => {
	const { server, way, org } = await started();
	await signIn(context.request, org, server.url);
	const logs = new LogsPage(page, org.slug, server.url);
	await org.flood('before', 3);
	await logs.open();
	way.cut();
	await logs.is('waiting');
	await expect(logs.status).toHaveText(/Waiting\s*The database is unavailable, since \d\d:\d\d:\d\d/);
	await expect(logs.rows).toHaveCount(3); // what was there stays
	way.mend();
	await logs.is('live');
	await org.flood('after', 2);
	await expect(logs.rows).toHaveCount(5);
});

test('a page that is opened meanwhile says so, and loads by itself when it can', async ({
	page,
	context
}) => {
	const { server, way, org } = await started();
	await signIn(context.request, org, server.url);
	way.cut();
	const opened = await page.goto(`${server.url}/${org.slug}/logs`);
	expect([opened?.status(), opened?.headers()['retry-after']]).toEqual([503, '2']);
	await expect(page.getByRole('heading', { name: 'The database is unavailable' })).toBeVisible();
	await expect(page.getByText(/^Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)).toBeVisible();
	await expect(page.getByRole('link', { name: 'Try again' })).toBeVisible();
	way.mend();
	await expect(page.locator('[data-stream="live"]')).toBeVisible({ timeout: 20_000 });
});

test('a form that is sent meanwhile keeps what was typed and says why', async ({ page, context }) => {
	const { server, way, org } = await started();
	await signIn(context.request, org, server.url);
	await page.goto(`${server.url}/${org.slug}/settings`);
	const name = page.getByRole('textbox', { name: 'Name', exact: true });
	await name.fill('Another name');
	way.cut();
	await name.press('Enter');
	await expect(page.getByRole('alert')).toContainText('The database is unavailable.');
	await expect(name).toHaveValue('Another name');
	way.mend();
	await expect.poll(() => fetch(`${server.url}/readyz`).then(({ status }) => status)).toBe(200);
	await name.press('Enter');
	await expect(page.getByText('Saved.')).toBeVisible();
});
