import type { Server } from '../support/server/server.ts';
import { expect, test } from './deploy-page.ts';
import { metricsToken } from './fixtures.ts';

async function openStreams({ url }: Server): Promise<number> {
	const headers = { authorization: `Bearer ${metricsToken}` };
	const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
	return Number(/^tailrace_streams (\d+)/m.exec(metrics)?.[1]);
}

test('a deploy appears in the list while it runs, and changes there when it ends', async ({
	deploy,
	start
}) => {
	const earlier = await start({ service: 'jobs' });
	await deploy.openList();
	await expect(deploy.stream).toHaveAttribute('data-stream', 'live');
	const running = await start({ environment: 'production', version: '2026.11.20' });
	await expect(deploy.item(running)).toContainText('web → production');
	await expect(deploy.item(running).locator('[data-status]')).toHaveText('Running');
	await expect(deploy.page.locator('[data-deploy]').first()).toHaveAttribute('data-deploy', running.id);

	await running.finish('failed', 3);
	await expect(deploy.item(running).locator('[data-status]')).toHaveText(/Failed \(exit 3\)$/);
	await expect(deploy.item(earlier).locator('[data-status]')).toHaveText('Running');
	await deploy.item(running).click();
	await expect(deploy.page).toHaveTitle('✕ web failed');
	await expect(deploy.page.getByRole('heading', { name: 'web → production' })).toBeVisible();
});

for (const [status, code, title] of [
	['succeeded', 0, '✓ web succeeded'],
	['failed', 1, '✕ web failed']
] as const) {
	test(`a page follows a deploy line by line until it has ${status}`, async ({ deploy, start, server }) => {
		const running = await start();
		await running.write('before anybody looked\n');
		await deploy.follow(running);
		await expect(deploy.page).toHaveTitle('● web deploying');
		await expect(deploy.icon).toHaveAttribute('href', /favicon-running\.svg$/);
		await expect(deploy.text(1)).toHaveText('before anybody looked');
		for (let line = 2; line <= 24; line++) {
			await running.write(`step ${line}\n`);
			if (line % 8 === 0) await expect(deploy.text(line)).toHaveText(`step ${line}`);
		}
		await expect(deploy.row(24)).toBeInViewport();
		await running.write('and the last, half a line');
		await expect(deploy.text(25)).toHaveText('and the last, half a line');
		expect(await openStreams(server)).toBe(1);

		await running.finish(status, code);
		await expect(deploy.status).toHaveAttribute('data-status', status);
		await expect(deploy.page).toHaveTitle(title);
		await expect(deploy.icon).toHaveAttribute('href', new RegExp(`favicon-${status}\\.svg$`));
		await expect.poll(() => openStreams(server)).toBe(0);
		await expect(deploy.stream).toBeHidden();
		await expect(deploy.rows).toHaveCount(25);
		expect(deploy.streams, 'one stream from first to last').toHaveLength(1);
	});
}

test('the page says when it started and how long it took, and its log is named after it', async ({
	deploy,
	start
}) => {
	const version = `2026.11.28-${'a-very-long-name-of-a-branch-'.repeat(7)}`;
	const finished = await start({ environment: 'staging', version });
	await finished.write('one\n');
	await finished.finish('failed', 2);
	await deploy.page.setViewportSize({ width: 360, height: 640 });
	await deploy.open(finished);
	await expect(deploy.status).toHaveText(/Failed \(exit 2\)$/);
	await expect(deploy.page.getByText(/^Started \d+ [A-Z][a-z]{2} \d\d:\d\d$/)).toBeVisible();
	await expect(deploy.page.getByLabel('Duration')).toHaveText(/^(\d\.\d s|\d+ ms)$/);
	const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
	expect(await deploy.page.evaluate(overflow)).toBe(0);
	const downloading = deploy.page.waitForEvent('download');
	await deploy.page.getByRole('link', { name: 'Download' }).click();
	expect((await downloading).suggestedFilename()).toMatch(/^web-staging-2026\.11\.28-a-very-long-.*\.log$/);
	await deploy.openList();
	await expect(deploy.item(finished)).toBeVisible();
	expect(await deploy.page.evaluate(overflow)).toBe(0);
});

test('a key and a button lead to the first error, and to the next', async ({ deploy, start }) => {
	const finished = await start();
	await finished.flood('step', 1200);
	await finished.write('0 errors so far\n\x1b[31mError\x1b[0m: out of disk\n');
	await finished.flood('then', 1200);
	await finished.write('npm ERR! code 1\n');
	await finished.finish('failed', 1);
	await deploy.open(finished);
	await deploy.page.getByRole('button', { name: 'First error' }).click();
	await expect(deploy.row(1202)).toBeInViewport();
	await expect(deploy.row(1202)).toHaveClass(/\bselected\b/);
	await expect(deploy.page).toHaveURL(/#L1202$/);
	await deploy.page.keyboard.press('e');
	await expect(deploy.row(2403)).toBeInViewport();
	await deploy.page.keyboard.press('e');
	await expect(deploy.row(1202)).toBeInViewport();
});

test('a log without an error says so', async ({ deploy, start }) => {
	const finished = await start();
	await finished.write('0 errors\n');
	await finished.finish('succeeded');
	await deploy.open(finished);
	await deploy.page.keyboard.press('e');
	await expect(deploy.page.getByRole('alert')).toHaveText('No errors found in this log.');
});

test('the logs since a deploy started begin then, have all levels and stay live', async ({
	deploy,
	start,
	org
}) => {
	await org.send({ message: 'long before', service: 'web' });
	const finished = await start();
	await finished.finish('succeeded');
	await org.send({ message: 'after it', level: 'debug', service: 'web' });
	await deploy.open(finished);
	await deploy.page.getByRole('link', { name: 'Logs since this deploy started' }).click();
	const list = deploy.page.getByRole('log');
	await expect(list).toContainText('after it');
	await org.send({ message: 'and live', level: 'info', service: 'web' });
	await expect(list).toContainText('and live');
	await expect(list).not.toContainText('long before');
});

test('without deploys, the list has a command that makes one', async ({ deploy, server, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await deploy.openList();
	await expect(deploy.page.getByRole('heading', { name: 'No deploys yet' })).toBeVisible();
	await expect(deploy.page.locator('pre')).toContainText(`TAILRACE_URL='${server.url}'`);
	await expect(deploy.page.getByRole('link', { name: 'Create key' })).toBeVisible();
});

test('the page of a finished deploy opens no stream', async ({ deploy, start, server }) => {
	const finished = await start();
	await finished.flood('step', 100);
	await finished.finish('succeeded');
	await deploy.open(finished);
	await expect(deploy.row(100)).toBeInViewport();
	await expect(deploy.page).toHaveTitle('✓ web succeeded');
	await deploy.page.waitForLoadState('networkidle');
	expect(deploy.streams).toEqual([]);
	expect(await openStreams(server)).toBe(0);
});

test('the start and the end of a deploy stand in the logs and lead to it', async ({ logs, org, start }) => {
	await logs.open();
	const running = await start({ environment: 'production' });
	const mark = (text: string) => logs.list.getByRole('link', { name: text });
	await expect(mark('deploy web to production started')).toBeVisible();
	await org.send('the first request');
	await running.finish('failed', 1);
	await expect(mark('deploy web to production failed')).toBeVisible();
	await mark('deploy web to production failed').click();
	await expect(logs.page).toHaveURL(`/${org.slug}/deploys/${running.id}`);
	await expect(logs.page).toHaveTitle('✕ web failed');
});
