import type { Page } from '@playwright/test';
import * as axe from './axe.ts';
import { expect, test } from './fixtures.ts';
import type { Organization } from './organization.ts';

/** Searches that are stopped and go on, and what a live search says of lines that it could not look at. */

const count = 800;
/** Two hours ago, at a full second. */
const start = Math.floor(Date.now() / 1_000) * 1_000 - 2 * 3_600_000;
const at = (second: number) => new Date(start + second * 1_000).toISOString();

/** Lines with 8 MB of text, so that a search is told in several pieces; every fourth is a short one with the word. */
async function haystack(org: Organization): Promise<void> {
	const filling = 'abcdefghij '.repeat(1_200);
	for (let sent = 0; sent < count; sent += 100) {
		const lines = Array.from({ length: 100 }, (_, index) => {
			const time = at(sent + index);
			const isFound = index % 4 === 0;
			return {
				message: isFound ? `needle ${sent + index}` : filling,
				level: isFound ? 'error' : 'info',
				time
			};
		});
		await org.send(...lines);
	}
}

/** Bytes a second that the browser gets. */
async function slowDown(page: Page, downloadThroughput: number): Promise<void> {
	const session = await page.context().newCDPSession(page);
	await session.send('Network.enable');
	const speed = { offline: false, latency: 0, uploadThroughput: -1 };
	await session.send('Network.emulateNetworkConditions', { ...speed, downloadThroughput });
}

test('Stop ends a search where it is, and Go on continues from exactly there', async ({
	logs,
	org,
	page
}) => {
	await haystack(org);
	await logs.openPeriod({ from: at(0), to: at(count), q: 'other' });
	await page.keyboard.press('f');
	await slowDown(page, 12_000);
	await logs.query.fill('needle');
	await logs.query.press('Enter');
	await expect(logs.search).toContainText(/Searching… back to .* · \d+ of 800 lines · [1-9]\d* found/);
	await page.getByRole('button', { name: 'Stop' }).click();
	await expect(logs.search).toHaveText(/Stopped at .* · \d+ of 800 lines · [1-9]\d* found/);
	const text = (await logs.search.textContent()) ?? '';
	const found = Number(/(\d+) found/.exec(text)?.[1]);
	expect(found).toBeLessThan(200);
	await expect(logs.rows).toHaveCount(found);
	const volume = page.getByRole('img', { name: /^Matching lines by time/ });
	await expect(volume).toHaveAccessibleName(new RegExp(`: ${found}, ${found} of them errors`));
	const fields = page.getByRole('complementary', { name: 'Fields' });
	await expect(fields.getByRole('button', { name: `error ${found}` })).toBeVisible();
	await org.send({ message: 'needle of later', time: at(1) });

	const cursors: (string | null)[] = [];
	page.on('request', (request) => {
		const url = new URL(request.url());
		if (url.pathname === '/api/logs/search') cursors.push(url.searchParams.get('cursor'));
	});
	await page.getByRole('button', { name: 'Go on' }).click();
	await slowDown(page, -1);
	await logs.isSearched();
	expect(cursors, 'it went on from where it was').toEqual([expect.any(String)]);
	await expect(logs.search).toHaveText('200 lines');
	await expect(logs.rows).toHaveCount(200);
	const shown = (await logs.shown()).map(({ text }) => text);
	expect(shown).toEqual(Array.from({ length: 200 }, (_, index) => `needle ${index * 4}`));
	await expect(volume).toHaveAccessibleName(/: 200, 200 of them errors/);
	await expect(fields.getByRole('button', { name: 'error 200' })).toBeVisible();
});

test('a stopped search can be read on by scrolling, and every line is there once', async ({
	logs,
	org,
	page
}) => {
	await haystack(org);
	await logs.openPeriod({ from: at(0), to: at(count), q: 'other' });
	await slowDown(page, 12_000);
	await logs.query.fill('needle');
	await logs.query.press('Enter');
	await expect(logs.search).toContainText(/[1-9]\d* found/);
	await page.getByRole('button', { name: 'Stop' }).click();
	await slowDown(page, -1);
	await expect(logs.rows.last()).toContainText('needle 796');
	await logs.list.hover();
	await page.mouse.wheel(0, -20_000);
	await expect(logs.row('needle 0')).toBeAttached();
	await page.getByRole('button', { name: 'Go on' }).click();
	await logs.isSearched();
	await expect(logs.search).toHaveText('200 lines');
	const shown = (await logs.shown()).map(({ text }) => text);
	expect(shown).toEqual(Array.from({ length: 200 }, (_, index) => `needle ${index * 4}`));
});

test.describe('a live regular expression that is too slow', () => {
	/** It takes half of what a query may have; such a line takes it a second or two. */
	const expensive = '/(a|b)*a(a|b){80}[cd]/';
	test.use({ expectedErrors: [/net::ERR_INTERNET_DISCONNECTED/] });
	const long = Array.from({ length: 200 * 1024 }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('');

	test('says which lines it has not looked at, and how far it has caught up', async ({ logs, org, page }) => {
		test.slow();
		await axe.load(page);
		await logs.open(expensive);
		const send = () => org.send(...Array.from({ length: 20 }, () => ({ message: long })));
		await send();
		const unseen = logs.list
			.getByText(/…\s+[1-9]\d*\s+lines? arrived faster than this query could be checked/)
			.first();
		await expect(unseen).toBeVisible({ timeout: 60_000 });
		await expect(logs.list.getByRole('button', { name: 'Search them' }).first()).toBeVisible();
		expect(await axe.violations(page, axe.wcag)).toEqual([]);

		await page.context().setOffline(true);
		await logs.is('offline');
		const many = Array.from({ length: 1_000 }, (_, at) => ({ message: long.slice(at, at + 1_000) }));
		for (let batch = 0; batch < 12; batch++) await org.send(...many);
		await page.context().setOffline(false);
		await expect(page.getByText(/Catching up… \d+ %/)).toBeVisible({ timeout: 60_000 });
	});
});
