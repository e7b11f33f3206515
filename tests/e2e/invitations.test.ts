import type { Page } from '@playwright/test';
import { expect, signIn, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';
import { Organization } from './organization.ts';

/** Invites on the Members page, and gives the link that it shows. */
async function invite(page: Page, org: Organization, email: string, role: string): Promise<string> {
	await page.goto(`/${org.slug}/settings/members`);
	await page.getByLabel('E-mail address').fill(email);
	await page.getByRole('combobox', { name: 'Role', exact: true }).selectOption(role);
	await page.getByRole('button', { name: 'Invite', exact: true }).click();
	await expect(page.getByRole('region', { name: 'Invitations', exact: true })).toContainText(email);
	return page.getByLabel(`Send this link to ${email}`).inputValue();
}

/** Gives a member another role, on the Members page. */
async function changeRole(page: Page, name: string, role: string): Promise<void> {
	const row = page.getByRole('row').filter({ hasText: name });
	await row.getByRole('combobox').selectOption(role);
	// What the last change said may still stand there.
	const answered = page.waitForResponse((response) => response.request().method() === 'POST');
	await row.getByRole('button', { name: 'Change' }).click();
	await answered;
	await expect(row.getByRole('status')).toHaveText('Changed.');
}

test('somebody is invited, joins, gets other roles and is removed, and their open page says so at once', async ({
	logs,
	page,
	org,
	browser
}) => {
	await org.send('the first line');
	const email = `new@${org.slug}.example`;
	const name = '<img src=x onerror=alert(1)>';
	const link = await invite(page, org, email, 'viewer');
	await expect(page.getByRole('status').filter({ hasText: 'Invited.' })).toBeVisible();

	const theirs = await (await browser.newContext()).newPage();
	await theirs.goto(link);
	await expect(theirs.getByRole('heading', { name: `Join ${org.slug}` })).toBeVisible();
	await expect(theirs.getByLabel('E-mail address')).toHaveValue(email);
	await theirs.getByLabel('Your name').fill(name);
	await theirs.getByLabel('Choose a password').fill('12345678');
	await theirs.getByRole('button', { name: 'Create account and join' }).click();
	await expect(theirs.getByLabel('Choose a password')).toHaveAttribute('aria-invalid', 'true');
	await expect(theirs.getByLabel('Your name')).toHaveValue(name);
	await theirs.getByLabel('Choose a password').fill('a wheel in the water');
	await theirs.getByRole('button', { name: 'Create account and join' }).click();
	await expect(theirs).toHaveURL(`/${org.slug}/logs`);
	const theirLogs = new LogsPage(theirs, org.slug);
	await theirLogs.is('live');
	await org.send('a line for both');
	await expect(theirLogs.row('a line for both')).toBeVisible();
	const settings = theirs.getByRole('link', { name: 'Settings' });
	await expect(settings).toBeHidden();

	await page.reload();
	await expect(page.getByText('No pending invitations.')).toBeVisible();
	await expect(page.getByRole('row').filter({ hasText: name })).toContainText(email);
	await changeRole(page, name, 'admin');
	await theirs.reload();
	await expect(settings).toBeVisible();
	await changeRole(page, name, 'member');
	await theirs.reload();
	await expect(settings).toBeHidden();
	await theirLogs.is('live');

	const row = page.getByRole('row').filter({ hasText: name });
	await row.locator('summary').click();
	await row.getByRole('button', { name: 'Remove' }).click();
	await expect(row).toBeHidden();
	await theirLogs.is('ended', 1000);
	await expect(theirs.getByRole('alert')).toContainText("You're no longer a member of this organization.");
	await logs.open();
	await org.send('a line that is not for them');
	await expect(logs.row('a line that is not for them')).toBeVisible();
	await expect(theirLogs.rows).toHaveCount(2);
	expect((await theirs.goto(`/${org.slug}/logs`))?.status()).toBe(404);

	expect((await theirs.goto(link))?.status()).toBe(404);
	await expect(theirs.getByRole('heading')).toHaveText('This invitation is no longer valid');
});

test('the names of organizations and people are text, whatever they are', async ({
	server,
	context,
	page,
	org
}) => {
	await signIn(context.request, org);
	const name = '<b id="bold">Mill</b> & "Sons"';
	const headers = { origin: server.url };
	await context.request.post(`/${org.slug}/settings?/name`, { form: { name }, headers });
	const link = await invite(page, org, 'a&b@mill.example', 'member');
	await expect(page.getByText(name).first()).toBeVisible();
	await page.goto(link);
	await expect(page.getByText(`This invitation is for a&b@mill.example`)).toBeVisible();
	await expect(page.getByRole('heading')).toHaveText(`Join ${name}`);
	await page.goto('/account/organizations');
	await expect(page.getByRole('link', { name })).toBeVisible();
	await expect(page.locator('#bold')).toHaveCount(0);
});

test('signing out leads to no other site', async ({ server, context, org }) => {
	for (const next of ['//evil.example', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
		await signIn(context.request, org);
		const options = { form: { next }, headers: { origin: server.url }, maxRedirects: 0 };
		const response = await context.request.post('/sign-out', options);
		expect(response.status()).toBe(303);
		expect(response.headers().location).toBe('/sign-in');
	}
});

test.describe('without JavaScript', () => {
	// A refused form is a page of its own then, and Chromium notes its status.
	test.use({ javaScriptEnabled: false, expectedErrors: [/status of 40[49]/] });

	test('an invitation leads from the wrong account over the right one into the organization, and out again', async ({
		server,
		context,
		page,
		org
	}) => {
		await signIn(context.request, org);
		const other = new Organization(server, await server.bootstrap(`other-${org.slug}`));
		const link = await invite(page, org, other.email, 'admin');

		await page.goto(link);
		await expect(page.getByText(`This invitation is for ${other.email}`)).toContainText(org.email);
		await expect(page.getByRole('button', { name: 'Join' })).toBeHidden();
		await page.getByRole('button', { name: 'Sign out and continue' }).click();
		await expect(page).toHaveURL(link);
		await page.getByLabel('Choose a password').fill('not the one of the account');
		await page.getByRole('button', { name: 'Create account and join' }).click();
		await expect(page.getByRole('alert')).toContainText('Sign in to join.');
		await page.getByRole('link', { name: 'Sign in' }).click();
		await page.getByLabel('E-mail address').fill(other.email);
		await page.getByLabel('Password').fill(other.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await expect(page).toHaveURL(link);
		await page.getByRole('button', { name: 'Join' }).click();
		await expect(page).toHaveURL(`/${org.slug}/logs`);

		await page.getByRole('link', { name: 'Others' }).click();
		const row = (slug: string) => page.getByRole('row').filter({ hasText: slug });
		await expect(row(other.slug)).toContainText("You're the only owner");
		await row(org.slug)
			.and(page.getByRole('row', { name: 'admin' }))
			.locator('summary')
			.click();
		await page.getByRole('button', { name: 'Leave' }).click();
		await expect(page.getByRole('status')).toHaveText(`You have left ${org.slug}.`);
		await expect(page.getByRole('link', { name: org.slug, exact: true })).toBeHidden();
	});
});
