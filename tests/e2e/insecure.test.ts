import { freePort } from '../support/server/other-postgres.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { expect, test } from './fixtures.ts';

let server: Server;
test.beforeAll(async () => {
	const PORT = String(await freePort());
	server = await startServer({ env: { PORT, ORIGIN: 'https://logs.example.com' } });
});
test.afterAll(() => server.stop());

test('over http, a server that is set up for https says so instead of a form that cannot work', async ({
	page
}) => {
	await page.goto(`${server.url}/sign-up?next=/x`);
	await expect(page.getByRole('alert')).toContainText('You opened this page over http');
	await expect(page.getByRole('link', { name: 'Open https://logs.example.com' })).toHaveAttribute(
		'href',
		'https://logs.example.com/sign-up?next=/x'
	);
	await expect(page.getByLabel('Password')).toBeHidden();
});

test('and without JavaScript, when the form is sent', async ({ browser }) => {
	const page = await browser.newPage({ javaScriptEnabled: false });
	await page.goto(`${server.url}/sign-in`);
	await page.getByLabel('E-mail address').fill('ada@example.com');
	await page.getByLabel('Password').fill('correct horse');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByText('open https://logs.example.com instead')).toBeVisible();
	await page.close();
});
