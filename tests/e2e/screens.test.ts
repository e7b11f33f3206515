import { expect, signIn, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';
import type { Line } from './organization.ts';
import * as pictures from './pictures.ts';
import { expectTargets } from './targets.ts';

/** Every state of the pages, with pictures for people to look at (pictures.ts). */
const widths = { 1440: 900, 360: 740 };

test.use({ expectedErrors: [/net::ERR_/] });

/** What a shop's programs say in a minute or so. */
function busyLines(count: number): Line[] {
	const kinds: Line[] = [
		{ message: 'GET /api/orders 200', service: 'web', http: { status: 200, route: '/api/orders' }, took: 12 },
		{ message: 'cache hit for session', level: 'debug', service: 'session-cache' },
		{ message: 'retrying payment after timeout', level: 'warn', service: 'payments', attempt: 2 },
		{ message: '\x1b[32m✓\x1b[0m migrated \x1b[1m3\x1b[0m tables', service: 'deploy' },
		{ message: 'connection reset by peer', level: 'error', service: 'checkout', host: 'web-3', took: 5004 },
		{
			message: `POST /api/carts/8812/items 201 ${'referer=https://shop.example/summer '.repeat(6)}`,
			service: 'web'
		}
	];
	return Array.from({ length: count }, (_, i) => kinds[(i * 7 + (i >> 2)) % kinds.length] as Line);
}

for (const [width, height] of Object.entries(widths)) {
	for (const colorScheme of ['dark', 'light'] as const) {
		test.describe(`at ${width} px, ${colorScheme}`, () => {
			test.use({ viewport: { width: Number(width), height }, colorScheme });

			test(`no state of the page overflows at ${width} px, ${colorScheme}`, async ({
				page,
				context,
				org
			}) => {
				const logs = new LogsPage(page, org.slug);
				const picture = async (name: string) => {
					await pictures.take(page, `${name}-${width}-${colorScheme}`);
					const [needed, given] = await page.evaluate(() => [
						document.documentElement.scrollWidth,
						innerWidth
					]);
					expect(needed, `width of the page in the state "${name}"`).toBeLessThanOrEqual(given ?? 0);
					await expectTargets(page, `${name} at ${width} px`);
				};
				await page.goto('/sign-in');
				await picture('sign-in');
				await signIn(context.request, org);
				await logs.open();
				await picture('empty');

				await org.send(...busyLines(200));
				await expect(logs.rows).toHaveCount(200);
				await logs.page.waitForFunction(() =>
					/behind/.test(document.querySelector('[data-stream]')?.textContent ?? '')
				);
				await picture('busy');
				await page.keyboard.press('/');
				await page.keyboard.type('level:>=warn (service:web');
				await page.keyboard.press('Enter');
				await expect(page.getByRole('alert')).toBeVisible();
				await picture('query-error');
				await page.keyboard.press('Escape');
				await logs.query.fill('');

				await logs.wheelUp(300);
				await org.send(...busyLines(312));
				await expect(logs.tip).toHaveText(/^312 new lines/);
				await picture('paused');
				await page.mouse.click(200, 620); // below the tip of the time that the pointer rests on
				await expect(logs.entry).toBeVisible();
				await expect(logs.status).toContainText('312 new');
				await picture('entry');
				await page.keyboard.press('Escape');
				await page.keyboard.press('End');
				await context.setOffline(true);
				await logs.is('offline');
				await picture('offline');
				await context.setOffline(false);
				await page.keyboard.press('?');
				await expect(page.getByRole('dialog')).toBeVisible();
				await picture('help');
			});
		});
	}
}
