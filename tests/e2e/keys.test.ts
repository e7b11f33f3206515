import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from '@playwright/test';
import { expect, signIn, test } from './fixtures.ts';
import type { Organization } from './organization.ts';

const run = promisify(execFile);

/** Runs what the page shows as somebody does who pastes it, in a folder of their own. */
async function paste(command: string, env: Record<string, string> = {}): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-paste-'));
	const manifest = { scripts: { deploy: 'echo deploying from the CLI' } };
	await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
	const program = `your-program() { echo 'a line of a program'; echo 'and an error' >&2; }\n`;
	try {
		const { PATH = '', HOME = '' } = process.env;
		const options = { cwd: folder, env: { PATH, HOME, ...env }, timeout: 30_000 };
		const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', program + command], options);
		return stdout;
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Runs JavaScript as the page shows it. */
async function runNode(source: string, env: Record<string, string> = {}): Promise<string> {
	const words = ['--input-type=module', '--eval', source];
	return (await run(process.execPath, words, { env: { ...env, PATH: process.env.PATH ?? '' } })).stdout;
}

async function make(page: Page, { slug }: Organization, name: string, scopes: string[]): Promise<string> {
	await page.goto(`/${slug}/settings/keys`);
	await page.getByLabel('Name').fill(name);
	for (const scope of ['Write', 'Read']) await page.getByLabel(scope).setChecked(scopes.includes(scope));
	await page.getByLabel('Expires').selectOption('In 30 days');
	await page.getByRole('button', { name: 'Create key' }).click();
	await expect(page.getByRole('heading', { name: `Key “${name}” created` })).toBeVisible();
	return (await page.locator('[data-key]').textContent()) ?? '';
}

const command = async (page: Page, title: string): Promise<string> =>
	(await page.locator(`pre[data-command="${title}"]`).textContent()) ?? '';
const row = (page: Page, name: string): Locator => page.getByRole('row').filter({ hasText: name });
const status = (page: Page): Locator => page.getByRole('status').filter({ hasText: /\w/ }).first();

/** The newest messages of the organization. */
async function messages(page: Page, { slug }: Organization): Promise<string[]> {
	const response = await page.request.get(`/api/logs?org=${slug}`);
	const { logs } = (await response.json()) as { logs: { message: string }[] };
	return logs.map(({ message }) => message);
}

test.beforeEach(({ context, org }) => signIn(context.request, org));

test('every command shown with a new key works when it is pasted', async ({ page, org }) => {
	const key = await make(page, org, 'paste me', ['Write', 'Read']);
	await expect(status(page)).toHaveText('waiting for the first request…');
	expect(JSON.parse(await paste(await command(page, 'curl: one line')))).toMatchObject({ accepted: 1 });
	await expect(status(page), 'what came with it is seen without a reload').toHaveText('Accepted 1 line');
	expect(await paste(await command(page, 'The CLI: what a program prints'))).toContain('a line of a program');
	await expect.poll(() => messages(page, org)).toContain('a line of a program');
	expect(await runNode(await command(page, 'Node.js'))).toMatch(/^200 /);
	expect(await paste(await command(page, 'The CLI: stream a deploy'))).toContain('deploying from the CLI');
	await expect(page.getByText('/api/deploys/', { exact: false }).first()).toBeVisible();

	// It follows until it is ended.
	const follow = (await command(page, 'curl: follow')).replace('curl -N', 'curl -sN --max-time 2');
	const followed = await paste(`${follow} || true`);
	for (const line of ['hello, tailrace', 'a line of a program', 'and an error', 'hello from Node.js'])
		expect(followed).toContain(line);
	const deploys = await page.request.get(`/api/deploys?org=${org.slug}`);
	expect((await deploys.json()).deploys).toMatchObject([{ service: 'web', status: 'succeeded' }]);

	await page.reload();
	expect(await page.content(), 'the key is shown once').not.toContain(key);
	await expect(row(page, 'paste me')).toContainText(`${key.slice(0, 9)}…`);
});

test('the page of a key shows its last request, how many lines were accepted and why any was not', async ({
	page,
	org
}) => {
	const key = await make(page, org, 'tested', ['Write']);
	await expect(page.locator('pre[data-command="curl: follow"]'), 'it may not read').toHaveCount(0);
	await row(page, 'tested').getByRole('link', { name: 'tested' }).click();
	await expect(page.getByRole('heading', { name: 'tested', level: 1 })).toBeVisible();
	await expect(status(page)).toHaveText('waiting for the first request…');

	await paste(await command(page, 'curl: one line'), { TAILRACE_KEY: key });
	await expect(status(page)).toHaveText('Accepted 1 line');
	await runNode(await command(page, 'Node.js'), { TAILRACE_KEY: key });
	await paste(await command(page, 'The CLI: stream a deploy'), { TAILRACE_KEY: key });
	await expect(page.getByText(/^PATCH|^POST \/api\/deploys/)).toBeVisible();

	const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
	const body = '{"message":"fine"}\nsecret garbage\nnull\n';
	await fetch(new URL('/api/logs', page.url()), { method: 'POST', headers, body });
	await expect(status(page)).toHaveText('Accepted 1 line, rejected 2 lines');
	const reasons = page.getByRole('listitem');
	await expect(reasons.filter({ hasText: "not JSON: Unexpected token 's'" })).toBeVisible();
	await expect(reasons.filter({ hasText: 'null is not an entry' })).toBeVisible();
	await expect(page.getByText('garbage'), 'what was sent is not shown').toHaveCount(0);

	await fetch(new URL('/api/logs', page.url()), { headers });
	await expect(status(page)).toHaveText('Refused');
	await expect(page.getByText('The key lacks the permission for this')).toBeVisible();
	expect(await messages(page, org)).toContain('fine');
});

test.describe('revoking', () => {
	// The page that waits for the key's next request is told that it is gone.
	test.use({ expectedErrors: [/status of 404/] });

	test('a key that is revoked is refused at once, and the pages that show it say so', async ({
		page,
		org,
		context
	}) => {
		const key = await make(page, org, 'old one', ['Write']);
		const send = () =>
			fetch(new URL('/api/logs', page.url()), {
				method: 'POST',
				headers: { authorization: `Bearer ${key}` },
				body: 'x'
			});
		expect((await send()).status).toBe(200);
		const beside = await context.newPage();
		await beside.goto(
			await row(page, 'old one')
				.getByRole('link')
				.evaluate((link: HTMLAnchorElement) => link.href)
		);
		await row(page, 'old one').getByText('Revoke', { exact: false }).first().click();
		await page.getByRole('button', { name: 'Revoke key' }).click();
		await expect(row(page, 'old one')).toHaveCount(0);
		await expect(page.getByText('Key revoked.')).toBeVisible();
		expect((await send()).status).toBe(401);
		await expect(beside.getByText('This key is no longer available')).toBeVisible();
	});
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false, expectedErrors: [/status of 40[04]/] });

	test('a key is made, shown once, tested and revoked', async ({ page, org }) => {
		await page.goto(`/${org.slug}/settings/keys`);
		await page.getByLabel('Name').fill('<b>plain</b>');
		await page.getByLabel('Write').uncheck();
		await page.getByRole('button', { name: 'Create key' }).click();
		await expect(page.getByText('Choose at least one.')).toBeVisible();
		await expect(page.getByLabel('Name')).toHaveValue('<b>plain</b>');
		await page.getByLabel('Write').check();
		await page.getByRole('button', { name: 'Create key' }).click();
		await expect(page.getByText('Shown only once')).toBeVisible();
		const text = await command(page, 'curl: one line');
		await row(page, '<b>plain</b>').getByRole('link').click();
		await expect(status(page)).toHaveText('waiting for the first request…');
		await paste(text);
		await expect(async () => {
			await page.getByRole('link', { name: 'Refresh' }).click();
			await expect(status(page)).toHaveText('Accepted 1 line', { timeout: 100 });
		}).toPass();
		await page.getByRole('link', { name: 'All keys' }).click();
		await row(page, '<b>plain</b>').locator('summary').click();
		await row(page, '<b>plain</b>').getByRole('button', { name: 'Revoke key' }).click();
		await expect(page.getByText('Key revoked.')).toBeVisible();
		await expect(row(page, '<b>plain</b>')).toHaveCount(0);
	});

	test('another organization’s key is not there', async ({ page, org, server }) => {
		const other = await server.bootstrap(`other-${org.slug}`);
		for (const id of [other.org.id, 'nothing']) {
			const response = await page.goto(`/${org.slug}/settings/keys/${id}`);
			expect(response?.status()).toBe(404);
		}
	});
});
