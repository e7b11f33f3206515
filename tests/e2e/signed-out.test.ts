import { expect, test } from './fixtures.ts';

test.describe('after signing out, Back shows nothing of what was there', () => {
	for (const place of ['logs', 'deploys', 'settings', 'settings/keys']) {
		test(`of /${place}`, async ({ page, logs, org }) => {
			await org.send('a line that is for members alone');
			await logs.open();
			await page.goto(`/${org.slug}/${place}`);
			await page.getByRole('button', { name: /^Account of/ }).click();
			await page.getByRole('menuitem', { name: 'Sign out' }).click();
			await expect(page).toHaveURL('/sign-in');

			await page.goBack();
			await expect(page).toHaveURL(/\/sign-in\?next=/);
			await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
			expect(await page.content()).not.toContain('a line that is for members alone');
		});
	}
});
