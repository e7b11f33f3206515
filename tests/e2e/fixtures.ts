import { expect, test as base, type APIRequestContext } from '@playwright/test';
import { startServer, type Server } from '../support/server/server.ts';
import { LogsPage } from './logs-page.ts';
import { Organization } from './organization.ts';

/** Each test comes from an address of its own, so that sign-in's limit per address counts each of them alone. */
const addressHeader = 'x-forwarded-for';
export const metricsToken = 'for-the-tests';
let tests = 0;

interface TestFixtures {
	/** An organization that only this test has. */
	org: Organization;
	/** Its Logs page, not opened yet, in a browser where its owner is signed in. */
	logs: LogsPage;
	/** What the browser's console may say in this test; every other error fails it. */
	expectedErrors: RegExp[];
	quietConsole: void;
}

export const test = base.extend<TestFixtures, { server: Server }>({
	server: [
		// eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
		async ({}, use) => {
			const env = { TRUSTED_PROXIES: '127.0.0.1', METRICS_TOKEN: metricsToken };
			const server = await startServer({ env });
			await use(server);
			await server.stop();
		},
		{ scope: 'worker', timeout: 90_000 }
	],

	baseURL: ({ server }, use) => use(server.url),

	extraHTTPHeaders: ({ extraHTTPHeaders }, use) => {
		tests++;
		return use({ ...extraHTTPHeaders, [addressHeader]: `10.0.${tests >> 8}.${tests & 255}` });
	},

	org: async ({ server }, use) => use(new Organization(server, await server.bootstrap(`acme-${tests}`))),

	logs: async ({ page, context, org }, use) => {
		await signIn(context.request, org);
		await use(new LogsPage(page, org.slug));
	},

	expectedErrors: [[], { option: true }],

	quietConsole: [
		async ({ context, expectedErrors }, use) => {
			const complaints: string[] = [];
			context.on('console', (message) => {
				if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
			});
			context.on('weberror', (error) => complaints.push(String(error.error().stack)));
			await use();
			const unexpected = complaints.filter((text) => !expectedErrors.some((pattern) => pattern.test(text)));
			expect(unexpected, 'what the browser complained about').toEqual([]);
		},
		{ auto: true }
	]
});

/** Signs the organization's owner in as the form does without JavaScript. */
export async function signIn(request: APIRequestContext, org: Organization, origin = '') {
	const { email, password, slug } = org;
	const form = { email, password };
	const response = await request.post(`${origin}/sign-in`, { form, headers: { accept: 'text/html' } });
	expect(new URL(response.url()).pathname, 'where signing in leads').toBe(`/${slug}/logs`);
}

export { expect };
