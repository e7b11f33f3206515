import { expect, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

test('a wrong password is told without a word on which it was, and what was typed comes back', async ({
	page,
	org
}) => {
	await page.goto('/sign-in');
	await page.waitForLoadState('networkidle'); // from now on its scripts send the form
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill('not my password');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('alert')).toHaveText('Wrong e-mail address or password.');
	await expect(page.getByLabel('E-mail address')).toHaveValue(org.email);

	await page.getByLabel('Password').fill(org.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(`/${org.slug}/logs`);
});

test('who is not signed in signs in first and then comes to where they wanted to go', async ({
	page,
	org
}) => {
	const wanted = `/${org.slug}/logs?q=level%3A%3E%3Dwarn`;
	await page.goto(wanted);
	await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(wanted)}`);
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill(org.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(wanted);
	await expect(new LogsPage(page, org.slug).query).toHaveValue('level:>=warn');
});

test('signing in leads to no other site', async ({ page, org }) => {
	await page.goto('/sign-in?next=https://example.com/');
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill(org.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(`/${org.slug}/logs`);
});

test.describe(() => {
	test.use({ expectedErrors: [/401/] }); // tabs that are shown again ask once more

	test('signing out in one tab ends the stream of another within a second, and says why', async ({
		logs,
		context,
		org
	}) => {
		await org.send('the first line');
		await logs.open();
		const [other, hidden] = [
			new LogsPage(await context.newPage(), org.slug),
			new LogsPage(await context.newPage(), org.slug)
		];
		for (const tab of [other, hidden]) {
			await tab.page.clock.install();
			await tab.open();
		}
		await hideForLong(hidden);

		await logs.page.getByRole('button', { name: /^Account of/ }).click();
		const signedOut = logs.page.waitForResponse(/\/sign-out$/);
		await logs.page.getByRole('menuitem', { name: 'Sign out' }).click();
		await signedOut;
		await other.is('ended', 1000);
		await expect(other.page.getByRole('alert')).toContainText('You signed out, or this session was ended.');
		await expect(other.page.getByRole('link', { name: 'Sign in again' })).toBeVisible();
		await hideForLong(other);
		for (const tab of [other, hidden]) {
			const refused = tab.page.waitForResponse(/\/logs\/stream/);
			await tab.turn('shown');
			expect((await refused).status()).toBe(401);
			await tab.is('ended');
		}
		await expect(other.page.getByRole('alert')).toContainText('You signed out, or this session was ended.');
		await expect(hidden.page.getByRole('alert')).toContainText('You are signed out: the session has ended.');
		await expect(logs.page).toHaveURL('/sign-in');

		await org.send('a line that is not for them');
		await logs.page.goto(`/${org.slug}/logs`);
		await expect(logs.page).toHaveURL(/\/sign-in\?next=/);
		await expect(other.rows).toHaveCount(1);
	});
});

/** So long that the page closes its stream. */
async function hideForLong(logs: LogsPage): Promise<void> {
	await logs.turn('hidden');
	await logs.page.clock.fastForward(31_000);
}
