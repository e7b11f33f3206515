import { exec, execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type Server } from '../support/server/server.ts';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

const run = promisify(exec);
const runFile = promisify(execFile);
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
	const command = await shown(page, 'curl');
	const [key = ''] = /(?<=Bearer )[^']+/.exec(command) ?? [];
	expect(command).toContain(`curl '${clean.url}/api/logs'`);

	await page.evaluate(() => Object.assign(window, { sameDocument: true }));
	await page.getByRole('tab', { name: 'Python' }).click();
	const { stdout } = await run(command);
	expect(JSON.parse(stdout)).toEqual({ accepted: 1, rejected: 0, first_seq: 1, last_seq: 1 });
	await expect(logs.row('hello, tailrace')).toBeVisible();
	await expect(page.getByText('waiting for your first line…')).toBeHidden();
	expect(await page.evaluate(() => 'sameDocument' in window), 'the page was not loaded again').toBe(true);

	await expect(page.getByRole('tab', { name: 'Python' })).toHaveAttribute('data-state', 'active');
	// The key stays beside the lines, also when the page is loaded again, until it is dismissed.
	await expect(page.locator('[data-key]')).toHaveText(key);
	await page.reload();
	await expect(logs.row('hello, tailrace')).toBeVisible();
	await expect(page.locator('[data-key]')).toHaveText(key);
	const ways: [tab: string, message: string, run: (text: string) => Promise<unknown>][] = [
		['Node', 'hello from Node.js', (text) => runFile(process.execPath, ['--input-type=module', '-e', text])],
		['Python', 'hello from Python', (text) => runFile('python3', ['-c', text])],
		['Docker', 'a line of a container', paste],
		['CLI', 'a line of a program', paste]
	];
	for (const [tab, message, runs] of ways) {
		await runs(await shown(page, tab));
		await expect(logs.row(message), tab).toBeVisible();
	}

	await page.getByRole('button', { name: 'Dismiss' }).click();
	await expect(page.getByText('Your first key')).toBeHidden();
	await expect(logs.row('a line of a program')).toBeVisible();
	await page.reload();
	await expect(logs.row('a line of a program')).toBeVisible();
	expect(await page.content()).not.toContain(key);
});

/** The command of a tab of the first key. */
async function shown(page: Page, tab: string): Promise<string> {
	await page.getByRole('tab', { name: tab }).click();
	return (await page.getByRole('tabpanel').locator('pre').textContent()) ?? '';
}

/** Runs a command as somebody pastes it, in a folder of their own, where docker and a program print a line each. */
async function paste(command: string): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-first-'));
	const programs = `docker() { echo 'a line of a container'; }; your-program() { echo 'a line of a program'; }\n`;
	try {
		await runFile('bash', ['--norc', '-euo', 'pipefail', '-c', programs + command], { cwd: folder });
	} finally {
		await rm(folder, { recursive: true });
	}
}
