import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { startServer, type Server } from '../support/server.ts';
import { expect, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

const run = promisify(exec);
let clean: Server;

test.beforeAll(async () => {
	clean = await startServer();
});
test.afterAll(() => clean.stop());

test('on a clean server a person signs up, pastes a curl, and sees the line come live', async ({ page }) => {
	await page.goto(clean.url);
	await expect(page).toHaveURL(/\/sign-up$/);
	await page.getByLabel('Organization').fill('Mill & Sons');
	await page.getByLabel('E-mail address').fill('miller@example.com');
	await page.getByLabel('Password').fill('a wheel in the water');
	await page.getByRole('button', { name: 'Sign up' }).click();

	await expect(page).toHaveURL(/\/mill[^/]*\/logs$/);
	await expect(page.getByText('waiting for your first line…')).toBeVisible();
	const logs = new LogsPage(page, new URL(page.url()).pathname.split('/')[1] ?? '');
	await logs.is('live');
	const command = (await page.locator('pre').textContent()) ?? '';
	const [key = ''] = /(?<=Bearer )[^']+/.exec(command) ?? [];
	expect(command).toContain(`curl ${clean.url}/api/logs`);

	await page.evaluate(() => Object.assign(window, { sameDocument: true }));
	const { stdout } = await run(command);
	expect(JSON.parse(stdout)).toEqual({ accepted: 1, rejected: 0, first_seq: 1, last_seq: 1 });
	await expect(logs.row('hello, tailrace')).toBeVisible();
	await expect(page.getByText('waiting for your first line…')).toBeHidden();
	expect(await page.evaluate(() => 'sameDocument' in window), 'the page was not loaded again').toBe(true);

	await page.reload();
	await expect(logs.row('hello, tailrace')).toBeVisible();
	expect(await page.content()).not.toContain(key);
});
