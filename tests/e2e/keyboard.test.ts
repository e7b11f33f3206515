import { expect, type Locator, type Page } from '@playwright/test';
import { test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

/** Goes on with Tab until the control has the focus; on the way each one has a name and shows that it is focused. */
async function tabTo(page: Page, control: Locator) {
	for (let stops = 0; stops < 25; stops++) {
		await page.keyboard.press('Tab');
		const focused = page.locator(':focus');
		await expect(focused).toHaveAccessibleName(/\S/);
		expect(await showsFocus(focused), `focus shows on ${await focused.ariaSnapshot()}`).toBe(true);
		if (await control.evaluate((control) => control === document.activeElement)) return;
	}
	throw new Error('25 stops of Tab did not lead there');
}

/** Whether the control, or what is drawn around it, looks different with the focus and without. */
function showsFocus(focused: Locator): Promise<boolean> {
	return focused.evaluate((control: HTMLElement) => {
		const around = [control, control.parentElement, control.parentElement?.parentElement];
		const look = () =>
			around.map((element) => {
				if (!element) return '';
				const { outlineStyle, outlineColor, borderTopColor, boxShadow } = getComputedStyle(element);
				return [outlineStyle, outlineColor, borderTopColor, boxShadow].join();
			});
		const focusedLook = look().join();
		control.blur();
		const plainLook = look().join();
		control.focus();
		return focusedLook !== plainLook;
	});
}

test('from signing in to reading an entry, the keyboard is enough', async ({ page, org }) => {
	await org.flood('line', 20);
	const logs = new LogsPage(page, org.slug);
	await page.goto('/sign-in');
	await tabTo(page, page.getByLabel('E-mail address'));
	await page.keyboard.type(org.email);
	await tabTo(page, page.getByLabel('Password'));
	await page.keyboard.type(org.password);
	await page.keyboard.press('Enter');
	await logs.is('live');

	await page.keyboard.press('j');
	await logs.is('paused');
	await page.keyboard.press('j');
	await page.keyboard.press('k');
	const selected = logs.rows.and(page.locator('[aria-current]'));
	await expect(selected).toHaveText(/line 1$/);
	await page.keyboard.press('Enter');
	await expect(logs.entry).toContainText('line 1');
	await page.keyboard.press('j');
	await expect(logs.entry).toContainText('line 2');
	await page.keyboard.press('Escape');
	await expect(logs.entry).toBeHidden();
	await page.keyboard.press('End');
	await logs.is('live');

	await page.keyboard.press('?');
	const help = page.getByRole('dialog', { name: 'Keys and queries' });
	await expect(help).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(help).toBeHidden();
	await page.keyboard.press('/');
	await page.keyboard.type('"line 7"');
	await page.keyboard.press('Enter');
	await expect(logs.rows).toHaveCount(1);
});

test('every control has a name and shows the focus', async ({ logs, org }) => {
	await org.send({ message: 'boom', level: 'error', service: 'web', host: 'web-1', took: 7 });
	await logs.open();
	const { page } = logs;
	await tabTo(page, logs.list);
	await page.keyboard.press('j');
	await page.keyboard.press('Enter');
	await expect(logs.entry).toBeVisible();
	await tabTo(page, logs.entry.getByRole('button', { name: 'Copy link' }));
	for (const control of await page.getByRole('button').or(page.getByRole('link')).all()) {
		await expect(control).toHaveAccessibleName(/\S/);
	}
	await expect(logs.list).toHaveAttribute('aria-live', 'off');
	await expect(page.getByRole('banner')).toBeVisible();
	await expect(page.getByRole('main')).toBeVisible();
	await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});
