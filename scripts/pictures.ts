// The README's two pictures, taken from the built server: `npm run pictures`.
import type { Page } from '@playwright/test';
import { launch } from '../tests/support/server/browser.ts';
import { startServer } from '../tests/support/server/server.ts';

const requests = [
	{
		message: 'GET /api/session 200 in 3 ms',
		service: 'web',
		http: { method: 'GET', status: 200 },
		duration: 3
	},
	{
		message: 'GET /api/cart 200 in 12 ms',
		service: 'web',
		http: { method: 'GET', status: 200 },
		duration: 12
	},
	{ message: 'invoice 10482 sent smtp 250 OK', service: 'worker', invoice: 10482 },
	{
		message: 'GET /api/session 200 in 3 ms',
		service: 'web',
		http: { method: 'GET', status: 200 },
		duration: 3
	},
	{
		message: 'POST /api/checkout 201 in 88 ms',
		service: 'web',
		http: { method: 'POST', status: 201 },
		duration: 88
	},
	{ message: 'cache hit user:8812', service: 'worker', level: 'debug', key: 'user:8812' }
];
const declined = {
	message:
		'payment declined: card_expired order=10483\n    at charge (src/payments/stripe.ts:118:11)\n    at checkout (src/routes/checkout.ts:64:5)',
	level: 'error',
	service: 'web',
	host: 'web-7d9f-3',
	trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
	card: { brand: 'visa' },
	order: { id: 10483, total: 129.9 }
};
const slow = { message: 'slow query 1.9 s select … from orders', level: 'warn', service: 'web' };
const commit = {
	sha: '0775caf2a9d0e4471288f1aa0c5b7de6f0912c3d',
	branch: 'main',
	message: 'Retry declined cards once',
	author: 'Ada Lovelace'
};
const printed = `\x1b[1m==> Building\x1b[0m 1,204 modules
\x1b[32m✓\x1b[0m built in 9.1s
\x1b[1m==> Pushing image\x1b[0m web:2026.11.21
\x1b[32m✓\x1b[0m 14 layers, 3 new
\x1b[1m==> Migrating database\x1b[0m
\x1b[33mwarning:\x1b[0m index on orders(customer_id) is built concurrently
0042_orders_customer_idx \x1b[32mapplied\x1b[0m
\x1b[1m==> Rolling out\x1b[0m 3 instances
web-1 \x1b[32mhealthy\x1b[0m after 4.1s
web-2 \x1b[32mhealthy\x1b[0m after 3.8s
web-3 \x1b[2mstarting…\x1b[0m
`;

const server = await startServer();
const browser = await launch();
try {
	const account = await server.bootstrap('acme');
	const api = async (path: string, method: string, body: string) => {
		const headers = { authorization: `Bearer ${account.key}` };
		const response = await fetch(`${server.url}/api/${path}`, { method, headers, body });
		if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
		return response.status === 204 ? null : await response.json();
	};
	const send = (...lines: object[]) => api('logs', 'POST', JSON.stringify(lines));

	for (const colorScheme of ['light', 'dark'] as const) {
		const page = await browser.newPage({
			viewport: { width: 1280, height: 720 },
			colorScheme,
			baseURL: server.url
		});
		await signIn(page, account);
		await (colorScheme === 'light' ? logsPage(page) : deployPage(page));
	}

	async function logsPage(page: Page): Promise<void> {
		for (let i = 0; i < 25; i++) await send(...requests);
		await send(...requests, declined, ...requests, ...requests, ...requests);
		await page.getByText('payment declined').waitFor();
		await page.mouse.move(400, 400);
		await page.mouse.wheel(0, -200);
		await page.getByText('payment declined').click();
		await send(...requests, ...requests, requests[0] as object, requests[1] as object, requests[2] as object);
		await page.getByText('15 new lines').waitFor();
		await page.screenshot({ path: 'docs/logs.png' });
	}

	async function deployPage(page: Page): Promise<void> {
		await send(declined, slow);
		const started = { service: 'web', environment: 'production', version: '2026.11.21', commit };
		const deploy = await api('deploys', 'POST', JSON.stringify(started));
		await page.goto(deploy.page);
		await api(`deploys/${deploy.id}/log`, 'PATCH', printed);
		await send(slow, slow, declined, slow);
		await page.reload();
		await page.getByText('web-3').waitFor();
		for (let i = 0; i < 12; i++) await api(`deploys/${deploy.id}/log`, 'PATCH', 'waiting for web-3\n');
		await page.getByText('waiting for web-3').nth(11).waitFor();
		await page.screenshot({ path: 'docs/deploy.png' });
	}
} finally {
	await browser.close();
	await server.stop();
}

async function signIn(
	page: Page,
	{ user, password }: { user: { email: string }; password: string }
): Promise<void> {
	await page.goto('/sign-in');
	await page.getByLabel('E-mail address').fill(user.email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL('**/logs');
}
