import { expect, test } from './fixtures.ts';
import type { LogsPage } from './logs-page.ts';
import type { Organization } from './organization.ts';

test.use({ timezoneId: 'UTC' });

const minute = 60_000;
/** An hour of the day before yesterday, at noon. */
const hour = Math.floor(Date.now() / 86_400_000 - 1.5) * 86_400_000 - 12 * 3_600_000;
const at = (ms: number) => new Date(hour + ms).toISOString();

/** A line a minute for an hour; in the third quarter they are errors. */
async function anHour(org: Organization): Promise<void> {
	const lines = Array.from({ length: 60 }, (_, index) => ({
		message: `minute ${index}`,
		level: index >= 30 && index < 45 ? 'error' : 'info',
		time: at(index * minute)
	}));
	await org.send(...lines);
}

/** Where an hour is in the volume, which shows four of them: an hour and a half before it, and as much after. */
async function show(logs: LogsPage): Promise<{ x: number; y: number; width: number }> {
	await logs.openPeriod({ from: at(0), to: at(60 * minute) });
	await expect(logs.rows).toHaveCount(60);
	const box = await logs.page.getByRole('img', { name: /^Matching lines by time/ }).boundingBox();
	if (!box) throw new Error('The volume is not shown');
	return { x: box.x + 0.375 * box.width, y: box.y + box.height / 2, width: box.width / 4 };
}

test('a drag selects a range, and zooming out leads back', async ({ logs, org }) => {
	await anHour(org);
	const { x, y, width } = await show(logs);
	const { page } = logs;
	await expect(
		page.getByRole('img', { name: 'Matching lines by time and level: 60, 15 of them errors' })
	).toBeVisible();
	await page.mouse.move(x + width * 0.501, y);
	await page.mouse.down();
	await page.mouse.move(x + width * 0.6, y, { steps: 3 });
	await page.mouse.move(x + width * 0.749, y, { steps: 3 });
	await page.mouse.up();
	await expect(logs.rows).toHaveCount(16); // bars have two minutes
	await expect(logs.row('minute 30')).toBeVisible();
	expect(new URL(page.url()).searchParams.get('from')).toBe(at(30 * minute).replace(':00.000', ''));
	await logs.isSearched();
	await page.getByRole('button', { name: 'Zoom out' }).click();
	await expect(logs.rows).toHaveCount(60);
	expect(new URL(page.url()).searchParams.get('from')).toBe(at(0));
	await page.goBack();
	await expect(logs.rows).toHaveCount(16);
});

test('a click goes to its time, which stands in the URL', async ({ logs, org }) => {
	await anHour(org);
	const { x, y, width } = await show(logs);
	await logs.page.mouse.move(x + width * 0.104, y);
	await expect(logs.page.getByRole('region', { name: 'Volume' })).toContainText('12:06 2 lines');
	await logs.page.mouse.click(x + width * 0.054, y);
	await expect(logs.row('minute 2')).toBeInViewport();
	await expect
		.poll(() => new URL(logs.page.url()).searchParams.get('at'))
		.toBe(at(2 * minute).replace(':00.000', ''));
	await logs.page.reload();
	await expect(logs.row('minute 2')).toBeInViewport();
});

test('a period is shown among what is around it, and its ends can be moved', async ({ logs, org }) => {
	await anHour(org);
	await org.send({ message: 'an hour later', time: at(119 * minute) });
	const { x, y, width } = await show(logs);
	const { page } = logs;
	const volume = page.getByRole('region', { name: 'Volume' });
	await expect(volume.getByTitle('Not searched yet')).toHaveCount(0);
	await page.mouse.move(x + width * 1.98, y);
	await expect(volume).toContainText('13:58 1 line');
	const moveTo = async (edge: number, part: number) => {
		await page.mouse.move(x + width * edge, y);
		await page.mouse.down();
		await page.mouse.move(x + width * part, y, { steps: 4 });
		await page.mouse.up();
	};
	await moveTo(1, 1.99);
	await expect(logs.rows).toHaveCount(61);
	await expect(logs.row('an hour later')).toBeVisible();
	expect(new URL(page.url()).searchParams.get('to')).toBe(at(120 * minute).replace(':00.000', ''));
	await logs.isSearched();
	await page.goBack();
	await expect(logs.rows).toHaveCount(60);
	await moveTo(0, 0.51);
	await expect(logs.rows).toHaveCount(30);
	expect(new URL(page.url()).searchParams.get('from')).toBe(at(30 * minute).replace(':00.000', ''));
});

test('a click beside the period goes there, with as long a period', async ({ logs, org }) => {
	await anHour(org);
	await org.send({ message: 'an hour later', time: at(119 * minute) });
	const { x, y, width } = await show(logs);
	await logs.page.mouse.click(x + width * 1.98, y);
	await expect(logs.rows).toHaveCount(1);
	await expect(logs.row('an hour later')).toBeVisible();
	const { searchParams } = new URL(logs.page.url());
	expect(Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '')).toBe(
		60 * minute
	);
});

test('live, the volume is of the last half hour, and leads into it', async ({ logs, org }) => {
	await org.send({ message: 'boom', level: 'error' }, 'fine');
	await logs.open();
	const volume = logs.page.getByRole('img', {
		name: 'Matching lines by time and level: 2, 1 of them errors'
	});
	await expect(volume).toBeVisible();
	const box = await volume.boundingBox();
	await logs.page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) - 4, (box?.y ?? 0) + 20);
	await expect(logs.rows).toHaveCount(2);
	await expect(logs.time).not.toHaveText('Live');
	await expect(logs.page.getByText('History')).toBeVisible();
});

test('what a query looks for is highlighted in messages, across colours too', async ({ logs, org }) => {
	await org.send(
		{ message: 'Payment declined', time: at(0) },
		{ message: '\u001b[31mpay\u001b[0mment: connection reset', time: at(minute) },
		{ message: 'nothing', time: at(minute) }
	);
	const query = '(payment OR "connection reset") -healthz';
	await logs.openPeriod({ from: at(0), to: at(60 * minute), q: query });
	await expect(logs.rows).toHaveCount(2);
	await expect(logs.rows.first().locator('mark')).toHaveText(['Payment']);
	await expect(logs.rows.last().locator('mark')).toHaveText(['pay', 'ment', 'connection reset']);
	await logs.open('payment');
	await expect(logs.rows.locator('mark').first()).toHaveText('Payment');
});

test('an empty result says which term hides everything, and where the nearest match is', async ({
	logs,
	org
}) => {
	await anHour(org);
	await org.send({ message: 'minute of another day', host: 'web-9', time: at(26 * 60 * minute) });
	await logs.openPeriod({ from: at(0), to: at(60 * minute), q: 'minute host:web-9' });
	const { page } = logs;
	await expect(page.getByText('No lines match in this period')).toBeVisible();
	await expect(page.getByRole('listitem').filter({ hasText: 'host:web-9' })).toContainText(
		'hides everything'
	);
	await expect(page.getByRole('listitem').filter({ hasText: /^minute/ })).toContainText('still no lines');
	await page.getByRole('button', { name: /^\w{3} \d+ \w{3} \d{4}/ }).click();
	await expect(logs.rows).toHaveCount(1);
	await page.goBack();
	await page.getByRole('button', { name: 'Remove' }).click();
	await expect(logs.rows).toHaveCount(60);
});
