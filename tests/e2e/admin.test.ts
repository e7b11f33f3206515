import type { Browser, Page } from '@playwright/test';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import type { Server } from '../support/server/server.ts';
import { expect, signIn, test } from './fixtures.ts';
import { Organization } from './organization.ts';

// What is suspended is refused, which Chromium notes.
test.use({ expectedErrors: [/status of 40[03]/] });

/** Another organization, whose owner is instance admin, while that of the first is none. */
async function administrators(server: Server, { slug, email }: Organization): Promise<Organization> {
	const name = `headquarters-${slug.replace(/\D/g, '')}`;
	const organization = new Organization(server, await server.bootstrap(name));
	const url = await embedded.connectUrl(server.dataDir);
	const sql = connect(url ?? '', { max: 1 });
	await sql`
		UPDATE users SET instance_admin = email = ${organization.email}
		WHERE email IN (${organization.email}, ${email})`;
	await sql.end();
	return organization;
}

/** A page of a browser of its own, in which an instance admin is signed in. */
async function asAdmin(
	browser: Browser,
	server: Server,
	of: Organization,
	options: { javaScriptEnabled?: boolean } = {}
): Promise<Page> {
	const context = await browser.newContext({ ...options, baseURL: server.url });
	await signIn(context.request, of);
	return context.newPage();
}

const rowOf = (page: Page, name: string) =>
	page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });

/** Opens what asks first, and presses the button in it. */
async function confirm(page: Page, name: string, label: string): Promise<void> {
	const row = rowOf(page, name);
	await row.locator('summary', { hasText: label }).click();
	await row.getByRole('button', { name: label, exact: true }).click();
}

test('suspending an organization closes the live page of its member, which says why, until it is restored', async ({
	browser,
	server,
	org,
	logs
}) => {
	await org.send('the first line');
	await logs.open();
	const admins = await administrators(server, org);
	const admin = await asAdmin(browser, server, admins);
	await admin.goto(`/admin?q=${org.slug}`);
	await confirm(admin, org.slug, 'Suspend');
	await logs.is('ended', 1_000);
	await expect(logs.page.getByText('The organization is suspended.')).toBeVisible();
	await expect(admin.getByRole('status').filter({ hasText: `${org.slug} is suspended.` })).toBeFocused();
	await logs.page.reload();
	await expect(logs.page.getByText('Ask the administrator of this server.')).toBeVisible();

	await confirm(admin, org.slug, 'Restore');
	await expect(admin.getByText(`${org.slug} is restored.`)).toBeVisible();
	await logs.open();
	await org.send('the second line');
	await expect(logs.rows).toHaveCount(2);

	await logs.page.goto(`/${org.slug}/settings/audit?q=organization`);
	const events = logs.page.getByRole('region', { name: 'Events' }).locator('tbody tr');
	await expect(events.nth(0)).toContainText(`restored an organization: ${org.slug}`);
	await expect(events.nth(1)).toContainText(`suspended an organization: ${org.slug}`);
	await expect(events.nth(1)).toContainText(admins.email);
	await admin.context().close();
});

test('an instance admin makes another one, suspends them, and finds all of it in the audit', async ({
	browser,
	server,
	org,
	logs
}) => {
	const admins = await administrators(server, org);
	const admin = await asAdmin(browser, server, admins);
	await admin.goto('/admin/users');
	await admin.getByLabel('Name or e-mail address').fill(`@${org.slug}.example`);
	await admin.getByRole('button', { name: 'Search' }).click();
	await expect(admin).toHaveURL(`/admin/users?q=%40${org.slug}.example`);
	await confirm(admin, org.email, 'Make admin');
	await expect(admin.getByText(`${org.email} is an instance admin.`)).toBeVisible();

	await logs.page.goto('/admin');
	await expect(logs.page.getByRole('heading', { name: 'Organizations' })).toBeVisible();
	await logs.open();
	await confirm(admin, org.email, 'Suspend');
	await logs.is('ended', 1_000);
	await expect(logs.page.getByText('Your account is suspended.')).toBeVisible();
	await expect(rowOf(admin, org.email)).toContainText('Suspended');

	await admin.getByRole('link', { name: 'Audit' }).click();
	await admin.getByLabel('Search').fill(org.email);
	await admin.getByRole('button', { name: 'Search' }).click();
	const events = admin.getByRole('region', { name: 'Events' }).locator('tbody tr');
	await expect(events.nth(0)).toContainText(`suspended a user: ${org.email}`);
	await expect(events.nth(1)).toContainText(`added an instance admin: ${org.email}`);
	await admin.getByLabel('What').selectOption('added an instance admin');
	await admin.getByRole('button', { name: 'Search' }).click();
	await expect(events).toHaveCount(1);
	const download = admin.waitForEvent('download');
	await admin.getByRole('link', { name: 'Export as CSV' }).click();
	expect((await download).suggestedFilename()).toMatch(/^audit-instance-\d{4}-\d\d-\d\d\.csv$/);
	await admin.context().close();
});

test('without JavaScript the same is done, and what cannot be done is said', async ({
	browser,
	server,
	org
}) => {
	const admins = await administrators(server, org);
	const admin = await asAdmin(browser, server, admins, { javaScriptEnabled: false });
	await admin.goto('/admin');
	await admin.getByLabel('Name or address').fill(org.slug);
	await admin.getByRole('button', { name: 'Search' }).click();
	await expect(rowOf(admin, org.slug)).toHaveCount(1);
	await admin.goto(`/admin/users?q=${org.email}`);
	await confirm(admin, org.email, 'Suspend');
	await expect(admin.getByText(`${org.email} is suspended, and signed out everywhere.`)).toBeVisible();
	await expect(admin.getByLabel('Name or e-mail address')).toHaveValue(org.email);
	await confirm(admin, org.email, 'Restore');
	await expect(admin.getByText(`${org.email} can sign in again.`)).toBeVisible();

	await admin.getByRole('link', { name: 'Audit' }).click();
	await admin.getByLabel('What').selectOption('restored a user');
	await admin.getByLabel('Search').fill(org.email);
	await admin.getByRole('button', { name: 'Search' }).click();
	const events = admin.getByRole('region', { name: 'Events' }).locator('tbody tr');
	await expect(events).toHaveCount(1);
	await expect(events).toContainText(`restored a user: ${org.email}`);
	await admin.getByLabel('From (UTC)').fill('2020-01-01');
	await admin.getByLabel('To (UTC)').fill('2020-12-31');
	await admin.getByRole('button', { name: 'Search' }).click();
	await expect(admin.getByText('No events match.')).toBeVisible();
	await admin.goto('/admin/audit?from=yesterday');
	await expect(admin.getByText('Give days as year, month and day, like 2026-11-21.')).toBeVisible();
	await admin.context().close();
});

test('the servers are listed without JavaScript and on a phone, and one that was not heard from is marked', async ({
	browser,
	server,
	org
}) => {
	const admins = await administrators(server, org);
	const sql = connect((await embedded.connectUrl(server.dataDir)) ?? '', { max: 1 });
	const address = `${org.slug}-with-a-long-name.servers.example.com:3000`;
	await sql`
		INSERT INTO instances (id, address, version, started_at, seen_at, streams, lines_per_second, behind_ms, clock_ms)
		VALUES (gen_random_uuid(), ${address}, '0.0.9', now() - interval '1 day', now() - interval '1 hour', 7, 1234.5, 2500, 300000)`;
	const admin = await asAdmin(browser, server, admins, { javaScriptEnabled: false });
	await admin.setViewportSize({ width: 360, height: 740 });
	await admin.goto('/admin');
	const servers = admin.getByRole('region', { name: 'Servers' });
	const own = servers.getByRole('row').filter({ hasText: `:${server.port}` });
	await expect(own).toContainText('up to date');
	await expect(own).not.toContainText('No report since');
	const silent = servers.getByRole('row').filter({ hasText: address });
	await expect(admin.getByRole('alert').filter({ hasText: 'stopped reporting' })).toContainText(
		/^\s*1 of \d+ servers has/
	);
	await expect(silent).toContainText('0.0.9');
	await expect(silent).toContainText('No report since');
	const width = await admin.evaluate(() => document.documentElement.scrollWidth);
	expect(width).toBeLessThanOrEqual(360);

	await sql`UPDATE instances SET seen_at = now() + interval '1 hour' WHERE address = ${address}`;
	await admin.reload();
	for (const said of ['1,235', 'behind by 2.5 s', 'clock 5 min fast'])
		await expect(silent).toContainText(said);
	await sql`DELETE FROM instances WHERE address = ${address}`;
	await sql.end();
	await admin.context().close();
});
