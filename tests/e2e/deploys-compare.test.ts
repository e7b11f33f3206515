import { expect, test } from './deploy-page.ts';

test('a deploy is compared with the last good one of its service and environment', async ({
	deploy,
	start
}) => {
	const good = await start({ environment: 'production', version: '2026.11.27' });
	await good.write('building in 12 s\npushing\nrollout: 3 of 3 ready\n');
	await good.finish('succeeded', 0);
	const elsewhere = await start({ environment: 'staging', version: '2026.11.28-rc' });
	await elsewhere.finish('succeeded', 0);
	const bad = await start({ environment: 'production', version: '2026.11.28' });
	await bad.write('building in 9 s\npushing\nrollout: image not found\n');
	await bad.finish('failed', 1);

	await deploy.open(bad);
	const comparison = deploy.page.locator('section', { hasText: 'Compared with' });
	await expect(comparison.getByRole('link', { name: /the last good deploy, 2026\.11\.27/ })).toBeVisible();
	await expect(comparison.getByRole('row', { name: /lines of log 3 3/ })).toBeVisible();
	await expect(comparison).toContainText('rollout: image not found');
	await expect(comparison).toContainText('rollout: 3 of 3 ready');
	await comparison.getByRole('link', { name: 'line 3' }).click();
	await expect(deploy.page).toHaveURL(/\?line=3/);
	await expect(deploy.text(3)).toHaveText('rollout: image not found');
	await comparison.getByRole('link', { name: /the last good deploy/ }).click();
	await expect(deploy.text(3)).toHaveText('rollout: 3 of 3 ready');
	await expect(comparison, 'there is none before it').toBeHidden();
});
