import { expect, test } from './fixtures.ts';
import type { Organization } from './organization.ts';

const minute = 60_000;
/** An hour of the day before yesterday, at noon. */
const hour = Math.floor(Date.now() / 86_400_000 - 1.5) * 86_400_000 - 12 * 3_600_000;
const at = (ms: number) => new Date(hour + ms).toISOString();

/** 600 lines a second apart, of two services; every hundredth is an error. */
async function past(org: Organization): Promise<void> {
	const lines = Array.from({ length: 600 }, (_, index) => ({
		message: `line ${index + 1}`,
		level: index % 100 === 99 ? 'error' : 'info',
		service: index % 2 === 0 ? 'web' : 'api',
		time: at(index * 1_000)
	}));
	await org.send(...lines);
}

test('a line is shown in context, and the reader comes back to the results', async ({ logs, org }) => {
	await past(org);
	await logs.openPeriod({ from: at(0), to: at(60 * minute), q: 'level:error' });
	await expect(logs.rows).toHaveCount(6);
	await logs.row('line 300').click();
	await expect(logs.entry).toContainText('line 300');
	await logs.page.keyboard.press('c');
	await expect(logs.page.getByText('In context: 250 lines before and after')).toBeVisible();
	await expect(logs.row('line 300')).toBeInViewport();
	await expect(logs.row('line 299')).toBeInViewport();
	await expect(logs.row('line 301')).toBeInViewport();
	await expect(logs.rows).toHaveCount(501);
	const middle = await logs.list.evaluate((list) => {
		const { top, height } = list.getBoundingClientRect();
		return top + height / 2;
	});
	const box = await logs.row('line 300').boundingBox();
	expect(Math.abs((box?.y ?? 0) - middle)).toBeLessThan(60);
	await logs.page.keyboard.press('j');
	await expect(logs.entry).toContainText('line 301');
	await logs.page.getByRole('button', { name: 'Back to results' }).click();
	await expect(logs.rows).toHaveCount(6);
	await expect(logs.row('line 300')).toBeInViewport();
});

test('live, context leaves the lines that are followed where they are', async ({ logs, org }) => {
	await org.flood('early', 300);
	await logs.open();
	await expect(logs.row('early 300')).toBeInViewport();
	await logs.wheelUp(1000);
	const place = await logs.inView();
	await logs.line(place.seqs[3] ?? 0).click();
	await logs.entry.getByRole('button', { name: 'In context' }).click();
	await expect(logs.page.getByRole('button', { name: 'Back to results' })).toBeVisible();
	await logs.page.keyboard.press('Escape');
	await expect(logs.entry).toBeHidden();
	await logs.page.keyboard.press('Escape');
	await expect(logs.page.getByRole('button', { name: 'Back to results' })).toBeHidden();
	expect(await logs.inView()).toEqual(place);
});

test.describe('what is copied', () => {
	test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

	test('as JSON has the numbers as they came', async ({ logs, org, server }) => {
		await fetch(`${server.url}/api/logs`, {
			method: 'POST',
			headers: { authorization: `Bearer ${org.key}`, 'content-type': 'application/json' },
			body: '{"message":"paid","amount":1.0,"id":9223372036854775807}'
		});
		await logs.open();
		await logs.rows.click();
		await logs.entry.getByRole('button', { name: 'Copy as JSON' }).click();
		await expect(logs.entry.getByText('Copied')).toBeVisible();
		const copied = await logs.page.evaluate(() => navigator.clipboard.readText());
		expect(copied).toContain('"amount": 1.0');
		expect(copied).toContain('"id": 9223372036854775807');
		await logs.entry.getByText('JSON', { exact: true }).click();
		const amount = logs.entry.getByText('"amount": 1.0');
		await expect(amount).toBeVisible();
		await logs.entry.getByText('"attributes": {').click();
		await expect(amount, 'it can be folded').toBeHidden();
	});
});

test('fields show their values, and a click filters for one, with Alt out', async ({ logs, org }) => {
	await past(org);
	await logs.openPeriod({ from: at(0), to: at(60 * minute) });
	await logs.page.keyboard.press('f');
	const rail = logs.page.getByRole('complementary', { name: 'Fields' });
	await rail.getByRole('button', { name: 'error 6', exact: true }).click();
	await expect(logs.query).toHaveValue('level:error');
	await expect(logs.rows).toHaveCount(6);
	await rail.getByRole('button', { name: 'api 6', exact: true }).click({ modifiers: ['Alt'] });
	await expect(logs.query).toHaveValue('level:error -service:api');
	await expect(logs.page.getByText('No lines match in this period')).toBeVisible();
	expect(new URL(logs.page.url()).searchParams.get('from')).toBe(at(0));
});

test('all lines that match are downloaded, also those that are not on the page', async ({ logs, org }) => {
	await past(org);
	await logs.openPeriod({ from: at(0), to: at(60 * minute), q: 'service:web' });
	const menu = await logs.openMore();
	const downloading = logs.page.waitForEvent('download');
	await menu.getByRole('menuitem', { name: 'NDJSON' }).click();
	const download = await downloading;
	expect(download.suggestedFilename()).toMatch(/\.ndjson$/);
	const chunks: Buffer[] = [];
	for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
	expect(Buffer.concat(chunks).toString().trim().split('\n')).toHaveLength(300);
});

test('the query box offers the names of fields, and earlier queries', async ({ logs, org }) => {
	await org.send({ message: 'boom', service: 'web', http: { status: 500 } });
	await logs.open();
	const offered = logs.page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
	await logs.query.fill('boom -ht');
	await expect(offered).toHaveText(['http.status:']);
	await logs.query.press('ArrowDown');
	await logs.query.press('Enter');
	await expect(logs.query).toHaveValue('boom -http.status:');
	await logs.query.fill('boom');
	await logs.query.press('Enter');
	await expect(logs.page).toHaveURL(/q=boom/);
	await logs.open();
	await logs.query.fill('b');
	await expect(offered.first()).toHaveText('boom');
});

test('the entry is as wide as the reader likes, by pointer and keyboard, and stays so', async ({
	logs,
	org
}) => {
	const { page } = logs;
	await org.send('boom');
	await logs.open();
	await logs.row('boom').click();
	const handle = page.getByRole('separator', { name: 'Width of the line’s details' });
	const width = () => logs.entry.evaluate((entry) => entry.getBoundingClientRect().width);
	expect(await width()).toBe(400);
	const box = await handle.boundingBox();
	if (!box) throw new Error('The handle is not shown');
	await page.mouse.move(box.x + box.width / 2, box.y + 200);
	await page.mouse.down();
	await page.mouse.move(900, box.y + 200, { steps: 3 });
	await page.mouse.up();
	expect(await width()).toBe(540);
	await page.keyboard.press('ArrowLeft');
	await expect.poll(width).toBe(560);
	await page.keyboard.press('End');
	await expect.poll(width).toBe(720);
	await expect(handle).toHaveAttribute('aria-valuenow', '720');
	await page.keyboard.press('Home');
	await expect.poll(width).toBe(360);
	await page.keyboard.press('ArrowLeft');
	await page.reload();
	await expect.poll(width, 'it is remembered').toBe(380);
	await handle.dblclick();
	await expect.poll(width).toBe(400);
});

test('Back closes an entry, and Forward opens it, also while the page’s scripts are still coming', async ({
	logs,
	org,
	page
}) => {
	await org.send('listening', { message: 'deadlock', level: 'error' });
	await logs.open();
	await logs.row('deadlock').click();
	await expect(logs.entry).toBeVisible();
	const wentBack = Promise.withResolvers<void>();
	await page.route('**/nodes/*.js', async (route) => {
		await wentBack.promise;
		await route.continue();
	});
	const router = page.waitForResponse(/entry\/app/);
	await page.reload({ waitUntil: 'commit' });
	await (await router).finished();
	await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
	await page.evaluate(() => history.back());
	await expect(page).not.toHaveURL(/entry=/);
	wentBack.resolve();
	await expect(logs.entry).toBeHidden();
	await expect(logs.rows).toHaveCount(2);
	await page.goForward();
	await expect(logs.entry).toBeVisible();
});
