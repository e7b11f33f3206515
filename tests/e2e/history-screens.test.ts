import * as axe from './axe.ts';
import { expect, test } from './fixtures.ts';
import * as pictures from './pictures.ts';
import { expectTargets } from './targets.ts';

/** Every state of looking back, in both themes and widths: accessible, without overflow, with pictures (pictures.ts). */

const trace =
	'\n    at charge (/app/cards.js:12:7)\n    at pay (/app/pay.js:40:3)\n    at /app/server.js:9:1';

for (const [width, height] of [
	[1920, 1080],
	[1440, 900],
	[360, 740]
] as const) {
	for (const colorScheme of ['dark', 'light'] as const) {
		test.describe(`at ${width} px, ${colorScheme}`, () => {
			test.use({ viewport: { width, height }, colorScheme });

			test(`looking back is accessible at ${width} px, ${colorScheme}`, async ({ logs, org, page }) => {
				test.slow();
				const look = async (name: string) => {
					await pictures.take(page, `past-${name}-${width}-${colorScheme}`);
					expect(await axe.violations(page, axe.wcag), `what axe finds in the state “${name}”`).toEqual([]);
					const needed = await page.evaluate(() => document.documentElement.scrollWidth);
					expect(needed, `width of the state “${name}”`).toBeLessThanOrEqual(width);
					await expectTargets(page, `${name} at ${width} px`);
				};
				await axe.load(page);
				const levels = ['info', 'warn', 'error', 'debug'];
				const lines = Array.from({ length: 200 }, (_, index) => ({
					message: `payment ${index} declined${index % 7 === 0 ? trace : ''}`,
					level: levels[index % 4] ?? 'info',
					time: new Date(Date.now() - index * 20_000).toISOString(),
					http: { status: 500 + (index % 3) }
				}));
				await org.send(...lines);
				await logs.openPeriod({ from: '-2h', q: 'payment' });
				await expect(logs.rows).toHaveCount(200);
				await look('results');
				await logs.rows.locator('[data-fold]').last().click();
				await expect(logs.rows.getByRole('button', { name: 'Fold' })).toBeVisible();
				await look('trace');
				await logs.query.fill('payment service:');
				await expect(page.getByRole('listbox', { name: 'Suggestions' })).toBeVisible();
				await look('suggestions');
				await page.keyboard.press('Escape');
				await page.keyboard.press('Escape');
				await logs.typeTime('yesterday 14:00');
				await look('time');
				await page.keyboard.press('Escape');
				await expect(page.getByRole('textbox', { name: 'Time or range' })).toBeHidden();
				if (width < 1600) await page.keyboard.press('f'); // on wider screens they are open
				await expect(page.getByRole('complementary', { name: 'Fields' })).toBeVisible();
				await look('fields');
				await page.keyboard.press('f');
				await logs.rows.last().click();
				await expect(logs.entry).toBeVisible();
				await look('entry');
				await page.keyboard.press('c');
				await expect(page.getByRole('button', { name: 'Back to results' })).toBeVisible();
				await look('context');
				await logs.openPeriod({ from: '-2h', q: 'payment host:web-9' });
				await expect(page.getByText('hides everything')).toBeVisible();
				await look('empty');
			});
		});
	}
}
