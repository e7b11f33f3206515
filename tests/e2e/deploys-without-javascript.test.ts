import { expect, test } from './deploy-page.ts';

test.use({ javaScriptEnabled: false });

test('without JavaScript a person filters the deploys, opens one and reads all of its log', async ({
	deploy,
	start,
	page
}) => {
	const running = await start({ environment: 'staging' });
	const failed = await start({ environment: 'production' });
	const other = await start({ service: 'jobs', environment: 'production' });
	await failed.flood('step', 1200);
	for (const ended of [failed, other]) await ended.finish('failed', 1);
	const items = page.locator('[data-deploy]');
	await deploy.openList();
	await expect(items).toHaveCount(3);
	await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: 'Failed' }).click();
	await expect(items).toHaveCount(2);
	await page.getByLabel('Service').selectOption('web');
	await page.getByLabel('Environment').selectOption('production');
	await page.getByRole('button', { name: 'Apply' }).click();
	await expect(items).toHaveCount(1);
	await expect(deploy.item(running)).toHaveCount(0);

	await deploy.item(failed).click();
	await expect(page).toHaveTitle('✕ web failed');
	await expect(deploy.icon).toHaveAttribute('href', /favicon-failed\.svg$/);
	await expect(deploy.text(1200)).toHaveText('step 1200');
	await expect(deploy.rows).toHaveCount(500);
	await expect(deploy.log).toContainText('700 earlier lines');
	await deploy.log.getByRole('link', { name: 'show 500 more' }).click();
	await expect(deploy.row(700)).toBeInViewport();
	await deploy.log.getByRole('link', { name: 'show them' }).first().click();
	await expect(deploy.text(1)).toHaveText('step 1');
	await expect(deploy.log).toContainText('700 later lines');
	await deploy.number(20).click();
	await expect(page).toHaveURL(/#L20$/);
});
