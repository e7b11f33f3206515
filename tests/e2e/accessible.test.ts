import type { Page } from '@playwright/test';
import * as axe from './axe.ts';
import { expect, signIn, test } from './fixtures.ts';
import { everyPage, type Shown } from './every-page.ts';
import { expectIsolated } from './isolated.ts';
import * as pictures from './pictures.ts';
import { expectTargets } from './targets.ts';

/** Every page of organizations, accounts and administration, as somebody who may see all of it. */

test.use({ expectedErrors: [/status of 4(03|04|10)/] });

/** Rules of WCAG 2.2 up to AA. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function expectAccessible(page: Page, name: string): Promise<void> {
	expect(await axe.violations(page, rules), `what axe finds on ${name}`).toEqual([]);
}

async function expectNoOverflow(page: Page, name: string): Promise<void> {
	const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
	expect(needed, `width of ${name}`).toBeLessThanOrEqual(given ?? 0);
}

/** Whatever people are called, it is text: the names of `everyPage` are markup that would leave an element and a title. */
async function expectText(page: Page, name: string): Promise<void> {
	const made = await page.evaluate(() => [document.querySelectorAll('img[src=x]').length, document.title]);
	expect(made[0], `elements that a name made on ${name}`).toBe(0);
	expect(made[1], `title of ${name}`).not.toBe('1');
}

/** Whatever a pointer could use is reached with Tab alone, in order, and shows that it has the focus. */
async function expectKeyboard(page: Page, name: string): Promise<void> {
	const all = await page.evaluate(() => {
		const selector = 'a[href], button:not(:disabled), input:not([type=hidden]), select, textarea, summary';
		const usable = [...document.querySelectorAll<HTMLElement>(selector)].filter((element) =>
			element.checkVisibility({ visibilityProperty: true })
		);
		usable.forEach((element, index) => (element.dataset.order = String(index)));
		return usable.length;
	});
	const reached = new Set<string>();
	await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
	for (let presses = 0; presses < all + 12 && reached.size < all; presses++) {
		await page.keyboard.press('Tab');
		const [order, outline] = await page.evaluate(() => {
			const focused = document.activeElement as HTMLElement;
			return [focused.dataset.order ?? '', getComputedStyle(focused).outlineStyle];
		});
		if (order === '') continue;
		reached.add(order);
		expect(outline, `outline of element ${order} on ${name}`).not.toBe('none');
	}
	// Radio buttons of one group are one stop.
	expect(reached.size, `elements that Tab reaches on ${name}`).toBeGreaterThanOrEqual(all - 2);
}

for (const colorScheme of ['dark', 'light'] as const) {
	test.describe(`in ${colorScheme}`, () => {
		test.use({ colorScheme });

		test(`every page passes axe, fits 360 px and needs no mouse, ${colorScheme}`, async ({
			page,
			context,
			org,
			server
		}) => {
			test.setTimeout(180_000);
			const show = async ({ name, path }: Shown) => {
				await page.setViewportSize({ width: 1440, height: 900 });
				await page.goto(path);
				await expect(page.locator('h1').first()).toBeAttached();
				await expectText(page, name);
				// axe takes a second of the processor: each theme is looked at in one width, each width in one theme.
				if (colorScheme === 'dark') await expectAccessible(page, name);
				// The live pages have keys of their own: see keyboard.test.ts.
				if (colorScheme === 'dark' && !name.endsWith('-empty')) await expectKeyboard(page, name);
				await pictures.take(page, `${name}-1440-${colorScheme}`);
				await page.setViewportSize({ width: 360, height: 740 });
				await expectNoOverflow(page, name);
				await expectIsolated(page, name);
				if (colorScheme === 'light') await expectAccessible(page, `${name} at 360 px`);
				await pictures.take(page, `${name}-360-${colorScheme}`, { fullPage: true });
				for (const width of [360, 1440]) {
					await page.setViewportSize({ width, height: 900 });
					await expectTargets(page, `${name} at ${width} px`);
				}
			};
			await axe.load(page);
			const pages = await everyPage(server, org);
			for (const shown of pages.forStrangers) await show(shown);
			await signIn(context.request, org);
			for (const shown of pages.forOwner) await show(shown);
		});
	});
}

test('by keyboard alone somebody is invited, and the invitation taken back', async ({
	page,
	context,
	org
}) => {
	await signIn(context.request, org);
	await page.goto(`/${org.slug}/settings/members`);
	const reach = async (name: string | RegExp, role: 'textbox' | 'button' | 'combobox') => {
		const wanted = page.getByRole(role, { name }).last();
		await expect(async () => {
			await page.keyboard.press('Tab');
			await expect(wanted).toBeFocused({ timeout: 1 });
		}).toPass({ intervals: [0] });
	};
	await reach('E-mail address', 'textbox');
	await page.keyboard.type('guest@example.com');
	await page.keyboard.press('Tab');
	await page.keyboard.type('viewer');
	await page.keyboard.press('Enter');
	await reach('Invite', 'button');
	await page.keyboard.press('Enter');
	const pending = page.getByRole('row', { name: /guest@example\.com/ });
	await expect(pending).toContainText('viewer');

	await page.reload();
	const ask = pending.locator('summary');
	await expect(async () => {
		await page.keyboard.press('Tab');
		await expect(ask).toBeFocused({ timeout: 1 });
	}).toPass({ intervals: [0] });
	await page.keyboard.press('Enter');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await expect(pending).toHaveCount(0);
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('every page is there, and its forms can be sent', async ({ page, context, org, server }) => {
		const pages = await everyPage(server, org);
		const look = async ({ name, path }: Shown) => {
			await page.goto(path);
			await expect(page.locator('h1').first(), name).toBeAttached();
			for (const form of await page.locator('form[method=post]').all()) {
				expect(
					await form.locator('button:not([type=button])').count(),
					`buttons of a form on ${name}`
				).toBeGreaterThan(0);
			}
		};
		for (const shown of pages.forStrangers) await look(shown);
		await signIn(context.request, org);
		for (const shown of pages.forOwner) await look(shown);
	});
});
