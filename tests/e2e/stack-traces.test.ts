import * as axe from './axe.ts';
import { expect, test } from './fixtures.ts';

/** Messages that end with a stack trace: their first line, until the rest is asked for. */

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const calls = Array.from({ length: 12 }, (_, at) => `    at call${at} (/app/file.js:${at + 1}:7)`).join('\n');
const trace = `TypeError: boom\n${calls}`;

test('a stack trace is folded, and opens in its place without moving what is above', async ({
	logs,
	org,
	page
}) => {
	await axe.load(page);
	await org.flood('before', 60);
	await org.send({ message: trace, level: 'error', took: 7 });
	await org.flood('after', 60);
	await logs.open();
	const row = logs.line(61);
	const fold = row.getByRole('button', { name: '+12 lines', includeHidden: true });
	await expect(row).toContainText('TypeError: boom');
	await expect(row).not.toContainText('call0');
	await expect(row).toContainText('took=7');
	const height = () => row.evaluate((element) => element.getBoundingClientRect().height);
	expect(await height()).toBe(20);

	await logs.wheelUp(800);
	const before = await logs.inView();
	await fold.click();
	await expect(row).toContainText('call11');
	expect(await height()).toBeGreaterThanOrEqual(13 * 20);
	expect(page.url(), 'the entry is not opened').not.toContain('entry=');
	const opened = await logs.inView();
	expect({ first: opened.seqs[0], top: opened.top }).toEqual({ first: before.seqs[0], top: before.top });
	await org.send('later');
	await expect(logs.tip).toBeVisible();
	expect((await logs.inView()).top).toBe(before.top);
	expect(await axe.violations(page, axe.wcag)).toEqual([]);

	await row.getByRole('button', { name: 'Fold', exact: true }).click();
	await expect(row).not.toContainText('call0');
	expect(await height()).toBe(20);
	const folded = await logs.inView();
	expect({ first: folded.seqs[0], top: folded.top }).toEqual({ first: before.seqs[0], top: before.top });
});

test('→ and ← open and close the selected one, and a copy has all of it', async ({ logs, org, page }) => {
	await org.send('before', { message: trace, level: 'error' }, 'after');
	await logs.open();
	await logs.list.focus();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await expect(logs.line(2)).toHaveAttribute('aria-current', 'true');
	await page.keyboard.press('ArrowRight');
	await expect(logs.line(2)).toContainText('call11');
	await expect(logs.line(2).getByRole('button', { name: 'Fold' })).toHaveAttribute('aria-expanded', 'true');
	await page.keyboard.press('ArrowLeft');
	await expect(logs.line(2)).not.toContainText('call11');

	await page.evaluate(() =>
		getSelection()?.selectAllChildren(document.querySelector('[role=log]') as Element)
	);
	await page.keyboard.press('Control+c');
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	expect(copied).toContain('TypeError: boom↵    at call0');
	expect(copied).toContain('call11');
	expect(copied).not.toContain('+12');
});

test('what is looked for is highlighted in an open trace, and marks a folded one', async ({ logs, org }) => {
	await org.send({ message: trace });
	await logs.open('call7');
	const fold = logs.rows.locator('[data-fold]');
	await expect(fold).toHaveAttribute('title', 'What you search for is in these lines');
	await fold.click();
	await expect(logs.rows.locator('mark')).toHaveText('call7');
});

test('how many lines are folded is in view, however long the first line is and however narrow the window', async ({
	logs,
	org,
	page
}) => {
	const long = `TypeError: ${'no such product in the shopping cart, '.repeat(12)}\n${calls}`;
	await org.send('before', { message: long, level: 'error', took: 7 }, 'after');
	await logs.open();
	const row = logs.line(2);
	for (const width of [1440, 721, 360]) {
		await page.setViewportSize({ width, height: 700 });
		const fold = row.getByRole('button', { name: '+12 lines', includeHidden: true });
		const inRow = await fold.boundingBox();
		const around = await row.boundingBox();
		if (!inRow || !around) throw new Error('neither may be hidden');
		expect(inRow.x + inRow.width).toBeLessThanOrEqual(width);
		expect(inRow.y + inRow.height).toBeLessThanOrEqual(around.y + around.height + 1);
		await fold.click();
		await expect(row).toContainText('call11');
		await row.getByRole('button', { name: 'Fold', exact: true, includeHidden: true }).click();
		await expect(row).not.toContainText('call0');
	}
});
