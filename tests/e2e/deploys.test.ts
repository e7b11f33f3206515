import type { Server } from '../support/server.ts';
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
	await expect(deploy.item(running).locator('[data-status]')).toHaveText(/Failed · 3$/);
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
