import { expect, signIn, test } from './fixtures.ts';

test('what is opened while the page’s scripts are still coming stays open', async ({ page, org }) => {
	await signIn(page.request, org);
	const opened = Promise.withResolvers<void>();
	await page.route('**/nodes/*.js', async (route) => {
		await opened.promise;
		await route.continue();
	});
	await page.goto(`/${org.slug}/settings`, { waitUntil: 'commit' });
	const question = page.locator('details').filter({ hasText: 'Delete' });
	await question.locator('summary').click();
	await expect(question).toHaveAttribute('open', '');
	opened.resolve();
	await page.waitForLoadState('networkidle');
	await expect(question).toHaveAttribute('open', '');
});
