import { expect, metricsToken, test } from './fixtures.ts';

test('a line that is sent appears at once, with its level, service and delay', async ({ logs, org }) => {
	await org.send('before the page');
	await logs.open();
	await expect(logs.row('before the page')).toBeVisible();
	await org.send({ message: 'the pool is full', level: 'warn', service: 'checkout', pool: { size: 20 } });
	const row = logs.row('the pool is full pool.size=20');
	await expect(row).toBeVisible({ timeout: 1000 });
	await expect(row).toContainText('warn');
	await expect(row).toContainText('checkout');
	await expect(logs.status).toContainText(/Live\s*\d+ ms behind/);
});

test('while following, at most 500 lines are on the page and the newest is in view', async ({
	logs,
	org
}) => {
	await logs.open();
	const most = await logs.page.evaluateHandle(() => {
		const seen = { rows: 0 };
		const look = () => {
			seen.rows = Math.max(seen.rows, document.querySelectorAll('[role=log] > div > :not(.day)').length);
			requestAnimationFrame(look);
		};
		look();
		return seen;
	});
	const last = await org.flood('line', 3000);
	await expect(logs.row('line 3000')).toBeInViewport();
	expect((await logs.shown()).at(-1)).toEqual({ seq: last, text: 'line 3000' });
	expect((await most.jsonValue()).rows, 'the most rows in any frame').toBe(500);
	await expect(logs.tip).toBeHidden();
});

test('a tab hidden for 30 s closes its stream, and misses nothing when it is shown again', async ({
	logs,
	org,
	server
}) => {
	const streams = async () => {
		const headers = { authorization: `Bearer ${metricsToken}` };
		const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
		return Number(/^tailrace_streams (\d+)/m.exec(metrics)?.[1]);
	};

	await org.flood('seen', 20);
	await logs.open();
	await expect.poll(streams).toBe(1);
	const hiddenAt = Date.now();
	await logs.turn('hidden');
	await org.flood('while hidden', 20);
	await expect.poll(streams, { timeout: 40_000, intervals: [250] }).toBe(0);
	expect(Date.now() - hiddenAt).toBeGreaterThanOrEqual(30_000);

	await org.flood('while closed', 200);
	await logs.turn('shown');
	await expect(logs.row('while closed 200')).toBeVisible();
	expect((await logs.shown()).map(({ seq }) => seq)).toEqual(Array.from({ length: 240 }, (_, i) => i + 1));
	expect(await streams()).toBe(1);
});
