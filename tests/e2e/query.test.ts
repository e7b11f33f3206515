import * as axe from './axe.ts';
import { expect, test } from './fixtures.ts';

test.beforeEach(async ({ org }) => {
	await org.send(
		{ message: 'listening', service: 'web', level: 'info' },
		{ message: 'slow query', service: 'db', level: 'warn', took: 1200 },
		{ message: 'deadlock', service: 'db', level: 'error' }
	);
});

test('a query filters what is there and what comes, and stands in the address', async ({ logs, org }) => {
	await logs.open();
	await expect(logs.rows).toHaveCount(3);
	await logs.page.keyboard.press('/');
	await expect(logs.query).toBeFocused();
	await logs.page.keyboard.type('service:db');
	await logs.page.keyboard.press('Enter');
	await expect(logs.page).toHaveURL(/\?q=service%3Adb$/);
	await expect(logs.rows).toHaveCount(2);
	await logs.is('live');

	await org.send({ message: 'not this', service: 'web' }, { message: 'but this', service: 'db' });
	await expect(logs.row('but this')).toBeVisible();
	await expect(logs.rows).toHaveCount(3);

	await logs.page.reload();
	await expect(logs.query).toHaveValue('service:db');
	await expect(logs.rows).toHaveCount(3);
	await logs.is('live');
	await logs.page.goBack();
	await expect(logs.query).toHaveValue('');
	await expect(logs.rows).toHaveCount(5);
});

test('a query that does not parse says where, and the stream keeps what it had', async ({ logs, org }) => {
	await logs.open('service:db');
	await logs.query.fill('service:db (level:warn');
	await logs.query.press('Enter');
	await expect(logs.page.getByRole('alert')).toContainText(/\(at character 12\)/);
	await expect(logs.query).toHaveAttribute('aria-invalid', 'true');
	await expect(logs.page).toHaveURL(/\?q=service%3Adb$/);
	await org.send({ message: 'not this', service: 'web' }, { message: 'still live', service: 'db' });
	await expect(logs.row('still live')).toBeVisible();
	await expect(logs.rows).toHaveCount(3);

	await logs.query.fill('level:warn');
	await expect(logs.page.getByRole('alert')).toBeHidden();
	await logs.query.press('Enter');
	await expect(logs.rows).toHaveCount(1);
});

test('an address with a query that does not parse shows its message and no lines', async ({ logs, org }) => {
	await logs.page.goto(`/${org.slug}/logs?q=${encodeURIComponent('level:loud')}`);
	await expect(logs.page.getByRole('alert')).toContainText(/\(at character \d+\)/);
	await expect(logs.rows).toHaveCount(0);
	await expect(logs.query).toHaveValue('level:loud');
});

test('chips for levels and services write the query, several at once', async ({ logs, org }) => {
	await org.send({ message: 'cached', service: 'api', level: 'debug' });
	await logs.open();
	const levels = logs.page.getByRole('group', { name: 'Levels' });
	const chip = (level: string) => levels.getByRole('button', { name: level, exact: true });
	await chip('warn').click();
	await expect(logs.query).toHaveValue('level:warn');
	await expect(logs.rows).toHaveCount(1);
	await chip('error').click();
	await expect(logs.query).toHaveValue('level:>=warn');
	await expect(logs.rows).toHaveCount(2);
	await expect(levels.getByRole('button', { pressed: true })).toHaveText([/^warn/, /^error/]);
	await chip('warn').click();
	await chip('info').click();
	await expect(logs.query).toHaveValue('(level:info OR level:>=error)');
	await expect(logs.rows).toHaveCount(2);
	await chip('info').click({ modifiers: ['Shift'] });
	await expect(logs.query).toHaveValue('level:>=info');
	await expect(logs.rows).toHaveCount(3);

	const services = logs.page.getByRole('combobox', { name: 'Services' });
	await services.click();
	await logs.page.getByRole('option', { name: 'web' }).click();
	await expect(logs.query).toHaveValue('level:>=info service:web');
	await expect(logs.rows).toHaveCount(1);
	await logs.page.getByRole('option', { name: 'db' }).click();
	await expect(logs.query).toHaveValue('level:>=info (service:web OR service:db)');
	await expect(logs.rows).toHaveCount(3);
	await expect(logs.page.getByRole('option', { selected: true })).toHaveText([/db/, /web/]);
	await logs.page.getByRole('option', { name: 'All services' }).click();
	await expect(logs.query).toHaveValue('level:>=info');
});

test('chips are chosen by keyboard, which keeps its place', async ({ logs, page }) => {
	await logs.open();
	await logs.query.focus();
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	const chip = (level: string) => page.getByRole('button', { name: level, exact: true });
	await expect(chip('warn')).toBeFocused();
	await page.keyboard.press('Space');
	await expect(logs.query).toHaveValue('level:warn');
	await expect(logs.rows).toHaveCount(1);
	await expect(chip('warn')).toBeFocused();
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await expect(logs.query).toHaveValue('level:>=warn');
	await expect(chip('error')).toBeFocused();

	await page.keyboard.press('Tab');
	const services = page.getByRole('combobox', { name: 'Services' });
	await expect(services).toBeFocused();
	await page.keyboard.type('we');
	await expect(page.getByRole('option', { name: 'web' })).toHaveAttribute('data-highlighted', '');
	await page.keyboard.press('Enter');
	await expect(logs.query).toHaveValue('level:>=warn service:web');
	await expect(page.getByText('No matching lines yet.')).toBeVisible();
	await expect(services).toBeFocused();
	await page.keyboard.type('db');
	await expect(page.getByRole('option', { name: 'db' })).toHaveAttribute('data-highlighted', '');
	await page.keyboard.press('Enter');
	await expect(logs.query).toHaveValue('level:>=warn (service:web OR service:db)');
	await expect(logs.rows).toHaveCount(2);
	await page.keyboard.press('Escape');
	await expect(page.getByRole('option')).toHaveCount(0);
});

test('values are suggested while someone types, by keyboard and pointer', async ({ logs, org, page }) => {
	await org.send({ message: 'slow', service: 'check out', level: 'warn', region: 'eu' });
	await axe.load(page);
	await logs.open();
	const offered = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
	await logs.query.pressSequentially('service:');
	await expect(offered).toHaveText(['db 2', 'check out 1', 'web 1']);
	await expect(logs.query).toHaveAttribute('aria-expanded', 'true');
	await logs.query.pressSequentially('w');
	await expect(offered).toHaveText(['web 1']);
	await logs.query.press('Backspace');
	await logs.query.press('ArrowDown');
	await logs.query.press('ArrowDown');
	await expect(logs.query).toHaveAttribute(
		'aria-activedescendant',
		(await offered.nth(1).getAttribute('id')) ?? ''
	);
	await expect(offered.nth(1)).toHaveAttribute('aria-selected', 'true');
	expect(await axe.violations(page, axe.wcag)).toEqual([]);
	await logs.query.press('Enter');
	await expect(logs.query).toHaveValue('service:"check out"');
	await expect(offered).toHaveCount(0);
	await logs.query.pressSequentially(' region:e');
	await expect(offered).toHaveText(['eu 1']);
	await offered.first().click();
	await expect(logs.query).toHaveValue('service:"check out" region:eu');
	await expect(logs.query).toBeFocused();
	await logs.query.press('Enter');
	await expect(logs.rows).toHaveCount(1);

	await logs.query.fill('service:d');
	await expect(offered).toHaveText(['db 2']);
	await page.keyboard.press('Escape');
	await expect(offered).toHaveCount(0);
	await expect(logs.query).toBeFocused();
	await logs.query.press('Enter');
	await expect(page, 'Enter takes what was typed').toHaveURL(/\?q=service%3Ad$/);
});

test.describe('without the server’s values', () => {
	test.use({ expectedErrors: [/net::ERR_FAILED/] });

	test('typing goes on, and the query is sent', async ({ logs, page }) => {
		let asked = 0;
		await page.route('**/api/logs/fields?*', (route) => {
			asked++;
			return route.abort();
		});
		await logs.open();
		await logs.query.pressSequentially('service:d');
		await expect.poll(() => asked).toBeGreaterThan(0);
		await logs.query.pressSequentially('b');
		await logs.query.press('Enter');
		await expect(logs.rows).toHaveCount(2);
	});
});

test('a query that finds nothing says what it means, and what may have been meant', async ({
	logs,
	org,
	page
}) => {
	await logs.open('status=500 or took');
	await expect(page.getByText('No matching lines yet. New ones will appear here.')).toBeVisible();
	await expect(page.getByText('For the attribute, write status:500.')).toBeVisible();
	await expect(page.getByText('To combine terms, write OR.')).toBeVisible();
	await expect(page.getByText('For an attribute, write name:value.')).toBeVisible();

	await logs.query.fill('status>500');
	await logs.query.press('Enter');
	await expect(page.getByRole('alert')).toContainText('Write status:>500 to compare');

	await org.send({ message: 'dial tcp \u001b[1mlocal\u001b[0mhost:5432: refused' });
	await logs.query.fill('localhost:5432');
	await logs.query.press('Enter');
	await expect(logs.rows).toHaveCount(1);
});

test('the open entry filters for a value, and out', async ({ logs }) => {
	await logs.open();
	await logs.row('slow query took=1200').click();
	await expect(logs.page).toHaveURL(/\?entry=2$/);
	await logs.entry.getByRole('button', { name: 'Filter out level warn' }).click();
	await expect(logs.query).toHaveValue('-level:warn');
	await expect(logs.rows).toHaveCount(2);

	await logs.row('deadlock').click();
	await logs.entry.getByRole('button', { name: 'Filter for service db' }).click();
	await expect(logs.query).toHaveValue('-level:warn service:db');
	await expect(logs.rows).toHaveCount(1);
});

test('the address brings an entry back, and Back closes it', async ({ logs }) => {
	await logs.open();
	await logs.row('deadlock').click();
	await expect(logs.entry).toBeVisible();
	await logs.page.reload();
	await expect(logs.entry).toContainText('deadlock');
	await logs.page.goBack();
	await expect(logs.entry).toBeHidden();
	await expect(logs.rows).toHaveCount(3);
	await logs.page.goForward();
	await expect(logs.entry).toContainText('deadlock');
});

test('a time that is over is shown as such, and Live leads out of it', async ({ logs, org, page }) => {
	await org.send('in that time');
	const [from, to] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
	await page.goto(`/${org.slug}/logs?from=${from}&to=${to}`);
	await expect(logs.row('in that time')).toBeVisible();
	await expect(logs.time).not.toHaveText('Live');
	await logs.time.click();
	await page.getByRole('button', { name: 'Live', exact: true }).click();
	await logs.is('live');
	await expect(logs.time).toHaveText('Live');
	expect(new URL(page.url()).search).toBe('');
	await org.send('after it');
	await expect(logs.row('after it')).toBeVisible();
});
