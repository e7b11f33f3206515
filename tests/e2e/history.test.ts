import { expect, test } from './fixtures.ts';
import type { Organization } from './organization.ts';

/** In the reader's zone, so that what is typed and what is shown agree everywhere. */
test.use({ timezoneId: 'Europe/Berlin' });

const minute = 60_000;
/** An hour of the day before yesterday, at noon. */
const hour = Math.floor(Date.now() / 86_400_000 - 1.5) * 86_400_000 - 12 * 3_600_000;
const at = (ms: number) => new Date(hour + ms).toISOString();

/** `name 1` to `name <count>`, so many ms apart from the beginning of the hour on. */
async function past(org: Organization, name: string, count: number, apart = 1_000, more = {}) {
	for (let sent = 0; sent < count; sent += 500) {
		const some = Array.from({ length: Math.min(500, count - sent) }, (_, index) => ({
			message: `${name} ${sent + index + 1}`,
			time: at((sent + index) * apart),
			...more
		}));
		await org.send(...some);
	}
}

test('a time that is typed is understood, searched, and in the URL', async ({ logs, org }) => {
	await past(org, 'then', 20);
	await org.send('now');
	await logs.open();
	const day = new Date(hour).toLocaleDateString('sv', { timeZone: 'Europe/Berlin' });
	const clock = new Date(hour).toLocaleTimeString('sv', { timeZone: 'Europe/Berlin' }).slice(0, 5);
	await logs.typeTime(`${day} ${clock}`);
	const control = logs.page.getByRole('dialog', { name: 'Time' });
	await expect(control).toContainText(/\d+ \w{3} \d\d:50–\d\d:10/);
	await logs.page.keyboard.press('Enter');
	await expect(control).toBeHidden();
	await logs.isSearched();
	await expect(logs.rows).toHaveCount(20);
	await expect(logs.search).toHaveText('20 lines');
	await expect(logs.row('then 1')).toBeInViewport();
	expect(new URL(logs.page.url()).searchParams.get('at')).toBe(at(0).replace(':00.000', ''));

	await logs.page.goBack();
	await logs.is('live');
	await expect(logs.row('now')).toBeVisible();
	await logs.page.goForward();
	await expect(logs.rows).toHaveCount(20);
	await logs.page.getByRole('button', { name: 'Back to live' }).click();
	await logs.is('live');
});

test('what is not understood says so, and a range that ends before it begins', async ({ logs, org }) => {
	await org.send('now');
	await logs.open();
	await logs.typeTime('sometime');
	const control = logs.page.getByRole('dialog', { name: 'Time' });
	await expect(control).toContainText('Not understood. Try yesterday 14:00');
	await logs.page.keyboard.press('Enter');
	await expect(control).toBeVisible();
	await control.getByLabel('From').fill('2026-11-20T14:00');
	await control.getByLabel('To', { exact: true }).fill('2026-11-20T13:00');
	await control.getByRole('button', { name: 'Apply' }).click();
	await expect(control.getByRole('alert')).toContainText('The range must end after it begins');
	await logs.page.keyboard.press('Escape');
	await expect(control).toBeHidden();
	expect(new URL(logs.page.url()).search).toBe('');
});

test('a query keeps the period, and a relative one stays relative', async ({ logs, org }) => {
	await org.send({ message: 'slow', level: 'warn' }, 'quick');
	await logs.open();
	await logs.typeTime('2h');
	await logs.page.keyboard.press('Enter');
	await expect(logs.time).toHaveText('Last 2 h');
	await expect(logs.rows).toHaveCount(2);
	await logs.page.getByRole('button', { name: 'warn', exact: true }).click();
	await expect(logs.rows).toHaveCount(1);
	expect(Object.fromEntries(new URL(logs.page.url()).searchParams)).toEqual({
		q: 'level:warn',
		from: '-2h'
	});
	await logs.page.reload();
	await expect(logs.rows).toHaveCount(1);
	await expect(logs.time).toHaveText('Last 2 h');
});

test('results go on by scrolling up, every line once, without the view moving', async ({ logs, org }) => {
	await past(org, 'then', 1800);
	await logs.openPeriod({ from: at(0), to: at(60 * minute) });
	await expect(logs.search).toHaveText('1,800 lines');
	await expect(logs.row('then 1800')).toBeInViewport();
	await logs.page.mouse.move(600, 500);
	const first = async () => (await logs.inView()).seqs[0] ?? 0;
	for (let seen = await first(); seen > 1; seen = await first()) {
		const loaded = (await logs.shown())[0]?.seq ?? 0;
		await logs.page.mouse.wheel(0, -5000);
		await expect.poll(first).toBeLessThan(seen);
		await logs.scrollEnds();
		if (loaded > 1 && (await first()) < loaded + 40)
			await expect.poll(async () => (await logs.shown())[0]?.seq).toBeLessThan(loaded);
	}
	const shown = (await logs.shown()).map(({ seq }) => seq);
	expect(shown).toEqual(Array.from({ length: shown.length }, (_, index) => index + 1));
	expect(shown.length).toBeGreaterThan(1500);

	await logs.page.getByRole('button', { name: 'Newest' }).click();
	await expect(logs.row('then 1800')).toBeInViewport();
	await logs.page.getByRole('button', { name: 'Oldest' }).click();
	await expect(logs.row('then 1')).toBeInViewport();
});

test('live, older lines come by scrolling up, and nothing moves', async ({ logs, org }) => {
	await org.flood('early', 1200);
	await logs.open();
	await expect(logs.row('early 1200')).toBeInViewport();
	await logs.page.mouse.move(600, 500);
	await logs.page.mouse.wheel(0, -9_000);
	await expect(logs.row('early 300')).toBeAttached();
	await logs.scrollEnds();
	const { seqs } = await logs.inView();
	expect(seqs[0], 'the line that is 9,000 px further up').toBeGreaterThan(705);
	expect(seqs[0]).toBeLessThan(716);
	await logs.page.mouse.wheel(0, -12_000);
	await logs.scrollEnds();
	await expect(logs.row('early 1')).toBeAttached();
	expect((await logs.shown()).map(({ seq }) => seq)).toEqual(Array.from({ length: 1200 }, (_, i) => i + 1));
	await logs.page.mouse.wheel(0, 40_000);
	await logs.scrollEnds();
	await logs.page.keyboard.press('End');
	await logs.is('live');
});

test('a permalink shows an old line in its place', async ({ logs, org }) => {
	await org.flood('early', 1500);
	await logs.page.goto(`/${org.slug}/logs?entry=200`);
	await expect(logs.entry).toContainText('early 200');
	await expect(logs.row('early 200')).toBeInViewport();
	await expect(logs.row('early 199')).toBeInViewport();
	await expect(logs.row('early 201')).toBeInViewport();
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('a form takes a range, and a link leads to older lines', async ({ logs, org }) => {
		await past(org, 'then', 700);
		await org.send('now');
		const { page } = logs;
		await page.goto(`/${org.slug}/logs`);
		await page.getByLabel('From').fill(at(0).slice(0, 16));
		await page.getByLabel('To', { exact: true }).fill(at(60 * minute).slice(0, 16));
		await page.getByRole('button', { name: 'Show' }).click();
		await expect(logs.rows).toHaveCount(500);
		await expect(logs.rows.last()).toContainText('then 700');
		await page.getByRole('link', { name: 'Older' }).click();
		await expect(logs.rows).toHaveCount(200);
		await expect(logs.rows.last()).toContainText('then 200');
		await logs.query.fill('"then 1"');
		await logs.query.press('Enter');
		await expect(logs.rows).toHaveCount(111);
		await page.getByRole('link', { name: 'Newest lines' }).click();
		await logs.query.fill('now');
		await logs.query.press('Enter');
		await expect(logs.rows).toHaveCount(1);
	});
});
