import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

test('markup in a message is text, and nothing else', async ({ logs, org }) => {
	const hostile = [
		'<img src=x onerror="window.hit = 1">',
		'<script>window.hit = 1</script>',
		'</span></div><svg onload=window.hit=1>',
		'\x1b[31m<b onclick="window.hit = 1">red</b>'
	];
	const strip = (text: string) => text.replace('\x1b[31m', '');
	await org.send(...hostile);
	await logs.open();
	await org.send(...hostile);
	await expect(logs.rows).toHaveCount(8);
	expect((await logs.shown()).map(({ text }) => text)).toEqual([...hostile, ...hostile].map(strip));

	await logs.rows.last().click();
	await expect(logs.entry).toContainText(strip(hostile.at(-1) ?? ''));
	await expect(logs.page.locator('main').locator('img, script, svg[onload], b[onclick]')).toHaveCount(0);
	expect(await logs.page.evaluate(() => 'hit' in window)).toBe(false);
});

test('colours of a terminal are shown, its other escape sequences are not', async ({ logs, org }) => {
	await logs.open();
	await org.send('\x1b[2K\x1b[1;31mFAIL\x1b[0m \x1b[32mpass\x1b[39m\x1b]0;title\x07 done');
	await expect(logs.rows).toHaveCount(1);
	expect((await logs.shown())[0]?.text).toBe('FAIL pass done');
	const colour = (text: string) =>
		logs.rows.getByText(text, { exact: true }).evaluate((piece) => getComputedStyle(piece).color);
	const [red, green] = [await colour('FAIL'), await colour('pass')];
	expect(red).not.toBe(green);
});

test('a link in a message leads where it says, and opens no entry', async ({ logs, org, context }) => {
	await logs.open();
	await org.send('see http://localhost:9/run/7, or javascript:alert(1)');
	const link = logs.rows.first().getByRole('link', { name: 'http://localhost:9/run/7', exact: true });
	await expect(link).toHaveAttribute('rel', /noopener noreferrer/);
	await expect(logs.rows.first().locator('.message').getByRole('link')).toHaveCount(1);
	const opening = context.waitForEvent('page');
	await link.click();
	await opening;
	await expect(logs.entry).toHaveCount(0);
});

test('a line of 200 KB takes one row and stands whole in its entry', async ({ logs, org }) => {
	await logs.open();
	const long = `${'0123456789'.repeat(20_480)} the end`;
	await org.send(long, 'after it');
	await expect(logs.row('after it')).toBeInViewport();
	const boxes = await logs.rows.evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
	expect(boxes).toEqual([20, 20]);
	await logs.rows.first().click();
	await expect(logs.entry.locator('pre')).toHaveText(long);
	expect(await overflows(logs.page)).toBe(false);
});

test('any script of the world is shown as it was written, in its own row', async ({ logs, org }) => {
	const messages = [
		'naïve café 👩🏽‍💻🇨🇭',
		'שגיאה: החיבור נכשל 500',
		'خطأ في الاتصال',
		'日本語のログ',
		'ok \u202Eevil\u202C'
	];
	await logs.open();
	await org.send(...messages);
	await expect(logs.rows).toHaveCount(messages.length);
	expect((await logs.shown()).map(({ text }) => text)).toEqual(messages);
	const lefts = await logs.rows
		.locator('time')
		.evaluateAll((times) => times.map((time) => time.getBoundingClientRect().left));
	expect(new Set(lefts).size, 'places of the times').toBe(1);
});

test('a message of many lines takes one row, and all of its lines with wrapping on', async ({
	logs,
	org
}) => {
	await logs.open();
	await org.send('Changed:\n    a (a.js:1)\n    b (b.js:2)');
	await expect(logs.rows).toHaveText(/Changed: ↵ a \(a.js:1\) ↵ b \(b.js:2\)/);
	const height = () => logs.rows.evaluate((row) => row.getBoundingClientRect().height);
	expect(await height()).toBe(20);
	await logs.toggle('Wrap');
	await expect.poll(height).toBe(60);
	await logs.page.reload();
	await expect.poll(height, 'the choice is remembered').toBe(60);
});

function overflows(page: Page): Promise<boolean> {
	return page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
}
