import type { Page } from '@playwright/test';
import { expect, signIn, test } from './fixtures.ts';
import type { Organization } from './organization.ts';

test.use({ expectedErrors: [/status of 40[04]/] });

/** Signs the organization's owner in and opens its settings. */
async function open(page: Page, org: Organization): Promise<void> {
	await signIn(page.request, org);
	await visit(page, org);
}

async function visit(page: Page, org: Organization): Promise<void> {
	await page.goto(`/${org.slug}/settings`);
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('General');
}

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

test('an owner changes the name, the address and the retention', async ({ page, org }) => {
	await open(page, org);

	const name = section(page, 'Name');
	await name.getByLabel('Name').fill(' Mühle & <b>Söhne</b> ');
	await name.getByRole('button').click();
	await expect(name.getByRole('status')).toHaveText('Saved.');
	await expect(page.getByRole('banner')).toContainText('Mühle & <b>Söhne</b>');
	await expect(page).toHaveTitle('General · Settings · Mühle & <b>Söhne</b>');

	const address = section(page, 'Address');
	await address.getByLabel('Address').fill('-mill');
	await address.getByRole('button').click();
	await expect(address.getByLabel('Address')).toHaveAccessibleDescription(/^Begin and end with a letter/);
	await expect(address.getByLabel('Address')).toBeFocused();
	await address.getByLabel('Address').fill(`${org.slug}-mill`);
	await address.getByRole('button').click();
	await expect(page).toHaveURL(`/${org.slug}-mill/settings?moved`);
	await expect(address.getByRole('status')).toHaveText('Saved. Old links keep working.');
	await expect(page.getByRole('link', { name: 'Logs' })).toHaveAttribute('href', `/${org.slug}-mill/logs`);

	const retention = section(page, 'Retention');
	await retention.getByLabel('Days').fill('0');
	await retention.getByRole('button').click();
	await expect(retention.getByLabel('Days')).toHaveAccessibleDescription(
		'Enter a whole number of days, from 1 to 36500.'
	);
	await retention.getByLabel('Days').fill('7');
	await retention.getByRole('button').click();
	await expect(retention.getByRole('status')).toHaveText(
		'Saved. Lines older than 7 days are deleted within the hour.'
	);

	await page.goto(`/${org.slug}/settings`);
	await expect(page).toHaveURL(`/${org.slug}-mill/settings`);
	await expect(retention.getByLabel('Days')).toHaveValue('7');
});

test('how long deploys are kept is set, and what was typed wrong stays', async ({ page, org }) => {
	await open(page, org);
	const deploys = section(page, 'Deploys');
	const [after, kept] = [deploys.getByLabel('Delete after'), deploys.getByLabel('Always keep')];
	await expect(after).toHaveValue('365');
	await expect(kept).toHaveValue('10');

	await after.fill('90');
	await kept.fill('0');
	await deploys.getByRole('button', { name: 'Save' }).click();
	await expect(kept).toHaveAccessibleDescription('Enter a whole number from 1 to 1000.');
	await expect(after).toHaveValue('90');
	await kept.fill('5');
	await deploys.getByRole('button', { name: 'Save' }).click();
	await expect(deploys.getByRole('status')).toHaveText('Saved. Older deploys are deleted within the hour.');

	await visit(page, org);
	await expect(after).toHaveValue('90');
	await expect(kept).toHaveValue('5');
});

test('reading plain text is turned off and on again', async ({ page, org }) => {
	await open(page, org);
	const text = section(page, 'Plain text');
	const box = text.getByRole('checkbox', { name: 'Read level, time and fields' });
	await expect(box).toBeChecked();
	await box.uncheck();
	await text.getByRole('button', { name: 'Save' }).click();
	await expect(text.getByRole('status')).toHaveText('Saved. New lines are read so within five seconds.');
	await visit(page, org);
	await expect(box).not.toBeChecked();
	await box.check();
	await text.getByRole('button', { name: 'Save' }).click();
	await expect(text.getByRole('status')).toHaveText('Saved. New lines are read so within five seconds.');
	await visit(page, org);
	await expect(box).toBeChecked();
});

test('an address that another organization has is refused', async ({ page, org, server }) => {
	const { org: other } = await server.bootstrap(`other-${org.slug}`);
	await open(page, org);
	await page.waitForLoadState('networkidle'); // from now on its scripts send the form
	const address = section(page, 'Address');
	await address.getByLabel('Address').fill(other.slug);
	await address.getByRole('button').click();
	await expect(address.getByLabel('Address')).toHaveAccessibleDescription(
		`"${other.slug}" is taken: choose another.`
	);
	await expect(page).toHaveURL(`/${org.slug}/settings`);
});

test('a live page under the old address goes on, also after a cut', async ({ logs, org, context }) => {
	await org.send('before');
	await logs.open();
	const settings = await context.newPage();
	await visit(settings, org);
	await section(settings, 'Address').getByLabel('Address').fill(`${org.slug}-moved`);
	await section(settings, 'Address').getByRole('button').click();
	await expect(settings).toHaveURL(`/${org.slug}-moved/settings?moved`);

	await org.send('after the change');
	await expect(logs.rows.last()).toContainText('after the change');
	await context.setOffline(true);
	await logs.is('offline');
	await context.setOffline(false);
	await org.send('after the cut');
	await expect(logs.rows.last()).toContainText('after the cut');
	await expect(logs.rows).toHaveCount(3);
	await logs.page.getByRole('link', { name: 'Deploys' }).click();
	await expect(logs.page).toHaveURL(`/${org.slug}-moved/deploys`);
});

test('an owner hands the organization on and is an admin afterwards', async ({ page, org, browser }) => {
	await open(page, org);
	await section(page, 'Ownership').getByRole('link', { name: 'invite someone' }).click();
	await page.getByLabel('E-mail address').fill(`heir@${org.slug}.example`);
	await page.getByRole('button', { name: 'Invite', exact: true }).click();
	const theirs = await (await browser.newContext()).newPage();
	await theirs.goto(await page.getByLabel(/^Send this link to/).inputValue());
	await theirs.getByLabel('Your name').fill('heir');
	await theirs.getByLabel('Choose a password').fill('a wheel in the water');
	await theirs.getByRole('button', { name: 'Create account and join' }).click();
	await expect(theirs).toHaveURL(`/${org.slug}/logs`);

	await page.getByRole('link', { name: 'General' }).click();
	await page.getByText('Transfer ownership').click();
	const heir = page.getByLabel('E-mail address of the new owner');
	await heir.fill(`nobody@${org.slug}.example`);
	await page.getByRole('button', { name: 'Transfer', exact: true }).click();
	await expect(heir).toHaveAccessibleDescription(/^No member of the organization has this address\./);
	await expect(heir).toHaveValue(`nobody@${org.slug}.example`);
	await heir.fill(` HEIR@${org.slug}.example`);
	await page.getByRole('button', { name: 'Transfer', exact: true }).click();
	await expect(page.getByText('heir is the owner now, and you are an admin.')).toBeVisible();
	await expect(section(page, 'Ownership')).toHaveCount(0);
	await expect(section(page, 'Delete the organization')).toHaveCount(0);
	await expect(section(page, 'Name')).toBeVisible();
	await theirs.goto(`/${org.slug}/settings`);
	await expect(section(theirs, 'Delete the organization')).toBeVisible();
});

test('an owner deletes the organization, whose live pages close and say why', async ({
	logs,
	org,
	context
}) => {
	await org.send('a line');
	await logs.open();
	const page = await context.newPage();
	await visit(page, org);

	await page.getByText('Delete the organization').last().click();
	await page.getByLabel('Name of the organization').fill('something else');
	await page.getByRole('button', { name: 'Delete permanently' }).click();
	await expect(page.getByLabel('Name of the organization')).toHaveAccessibleDescription(
		/^That is not its name/
	);
	await page.getByLabel('Name of the organization').fill(org.slug);
	await page.getByRole('button', { name: 'Delete permanently' }).click();
	await expect(page.getByRole('heading', { name: 'No organization yet' })).toBeVisible();
	await expect(page).toHaveURL('/');

	await logs.is('ended', 1000);
	await expect(logs.page.getByText('The organization was deleted.')).toBeVisible();
	await page.goto(`/${org.slug}/logs`);
	await expect(
		page.getByText(`Organization "${org.slug}" not found, or you are not a member.`)
	).toBeVisible();
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('everything is changed, and deleted, by plain forms', async ({ page, org }) => {
		await open(page, org);
		await page.getByLabel('Days').fill('x');
		await page.getByRole('button', { name: 'Save retention' }).click();
		await expect(page.getByLabel('Days')).toHaveAccessibleDescription(/^Enter a whole number/);
		await expect(page.getByLabel('Days')).toHaveValue('x');
		await page.getByLabel('Days').fill('1');
		await page.getByRole('button', { name: 'Save retention' }).click();
		await expect(section(page, 'Retention').getByRole('status')).toContainText('older than a day');

		await section(page, 'Name').getByLabel('Name').fill('Mill');
		await page.getByRole('button', { name: 'Save name' }).click();
		await expect(section(page, 'Name').getByRole('status')).toHaveText('Saved.');
		await section(page, 'Address').getByLabel('Address').fill(`${org.slug}-plain`);
		await page.getByRole('button', { name: 'Save address' }).click();
		await expect(page).toHaveURL(`/${org.slug}-plain/settings?moved`);
		await expect(section(page, 'Address').getByRole('status')).toContainText('Old links keep working.');

		await page.getByText('Delete the organization').last().click();
		await page.getByLabel('Name of the organization').fill('mill');
		await page.getByRole('button', { name: 'Delete permanently' }).click();
		await expect(page.getByLabel('Name of the organization')).toHaveValue('mill');
		await expect(page.getByText('That is not its name')).toBeVisible();
		await page.getByLabel('Name of the organization').fill('Mill');
		await page.getByRole('button', { name: 'Delete permanently' }).click();
		await expect(page.getByRole('heading', { name: 'No organization yet' })).toBeVisible();
	});
});
