import { expect, test } from './deploy-page.ts';
import * as pictures from './pictures.ts';

/** Every state of the pages, with pictures for people to look at (pictures.ts). */
const widths = { 1440: 900, 360: 740 };

const commit = {
	sha: '3f2c1ab9d0e4471288f1aa0c5b7de6f0912c3d4e',
	branch: 'feature/retry-declined-cards-once-and-tell-the-customer-why',
	message: 'Retry declined cards once\n\nThe bank answers the second time more often than not.',
	author: 'Ada Lovelace'
};

/** What a build prints, a line of 300 characters among it. */
const printed = [
	'\x1b[1m> shop@2026.11.20 build\x1b[0m',
	'transforming 1%\rtransforming 100%, done',
	'\x1b[32m✓\x1b[0m 1,204 modules transformed.',
	`docker push registry.shop.example/shop/web:3f2c1ab ${'--label=owner=payments '.repeat(11)}`,
	'preview at https://preview.shop.example/runs/3f2c1ab?from=deploy, see \x1b]8;;https://ci.example.com/7\x07run 7\x1b]8;;\x07',
	'\x1b[33mwarning\x1b[0m: 2 deprecated packages',
	'\x1b[31;1merror\x1b[0m: health check of web-3 timed out after 30 s'
];

for (const [width, height] of Object.entries(widths)) {
	for (const colorScheme of ['dark', 'light'] as const) {
		test.describe(`at ${width} px, ${colorScheme}`, () => {
			test.use({ viewport: { width: Number(width), height }, colorScheme });

			test(`no state of the deploy pages overflows at ${width} px, ${colorScheme}`, async ({
				deploy,
				page,
				org,
				start
			}) => {
				const picture = async (name: string) => {
					await pictures.take(page, `${name}-${width}-${colorScheme}`);
					const [needed, given] = await page.evaluate(() => [
						document.documentElement.scrollWidth,
						innerWidth
					]);
					expect(needed, `width of the page in the state "${name}"`).toBeLessThanOrEqual(given ?? 0);
				};
				await deploy.openList();
				await expect(page.getByText('No deploys yet')).toBeVisible();
				await picture('deploys-empty');
				for (const status of ['succeeded', 'cancelled', 'failed'] as const) {
					const ended = await start({ service: 'session-cache', environment: 'production', version: '41' });
					await ended.finish(status, status === 'failed' ? 137 : 0);
				}
				const running = await start({
					environment: 'production',
					version: '2026.11.20-rc.3+feature.retry-declined-cards-once-and-tell-the-customer-why',
					commit
				});
				await expect(deploy.item(running)).toBeVisible();
				await picture('deploys');

				await org.send({ message: 'card declined', level: 'error', service: 'web' });
				await deploy.follow(running);
				await expect(deploy.log.locator('..')).toContainText('No output yet.');
				await picture('deploy-empty');
				await running.write(`${printed.join('\n')}\n`.repeat(20));
				await expect(deploy.row(140)).toBeInViewport();
				await picture('deploy-running');
				await deploy.number(110).click();
				await deploy.search.fill('modules');
				await deploy.search.press('Enter');
				await expect(deploy.found).toHaveText(/ of 20$/);
				await picture('deploy-search');
				await running.finish('failed', 1);
				await expect(page).toHaveTitle('✕ web failed');
				await deploy.open(running);
				const around = page.getByRole('button', { name: 'Context' });
				if (await around.isVisible()) await around.click();
				await expect(page.getByRole('complementary')).toContainText('card declined');
				await picture('deploy-failed');
			});
		});
	}
}
