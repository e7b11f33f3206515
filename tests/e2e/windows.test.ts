import type { BrowserContext, Page } from '@playwright/test';
import * as browser from '../support/server/browser.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { DeployPage } from './deploy-page.ts';
import { expect, signIn, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';
import { Organization } from './organization.ts';
import { RunningDeploy } from './running-deploy.ts';

/** By this name others of the network reach the server: over plain HTTP, and browsers do not trust it as they do a loopback address. */
const name = 'tailrace.test';
const { args, ...launch } = browser.launchOptions();
test.use({
	launchOptions: { ...launch, args: [...(args ?? []), `--host-resolver-rules=MAP ${name} 127.0.0.2`] }
});

interface Network {
	server: Server;
	origin: string;
	org: Organization;
}

let network: Network;
let sent = 0;
test.beforeAll(async () => {
	const server = await startServer({ env: { HOST: '0.0.0.0' } });
	const org = new Organization(server, await server.bootstrap());
	network = { server, org, origin: `http://${name}:${server.port}` };
});
test.afterAll(() => network.server.stop());

/** Sends line after line while something happens; resolves with what that gives. */
async function sendDuring<Result>(happening: Promise<Result>): Promise<Result> {
	const sending = async () => {
		for (let count = 0; count < 12; count++) await network.org.send(`sent ${++sent}`);
	};
	const [result] = await Promise.all([happening, sending()]);
	return result;
}

/** The tests' own requests do not know the name. */
async function signInAt(context: BrowserContext): Promise<void> {
	await signIn(context.request, network.org, network.server.url);
	await context.addCookies((await context.cookies()).map((cookie) => ({ ...cookie, domain: name })));
}

/** Opens another window on the Logs page; every request of a browser with six streams open would wait for ever. */
async function openLogs(context: BrowserContext): Promise<LogsPage> {
	const logs = new LogsPage(await context.newPage(), network.org.slug, network.origin);
	await logs.open();
	return logs;
}

/** Turns to a window, as far as it can tell: all windows of a test have the focus. */
const turnTo = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')));

test('eight windows of one browser over plain HTTP show every line once, in order, as windows come and go', async ({
	context
}) => {
	test.slow();
	await signInAt(context);
	const deploy = await RunningDeploy.start(network.server, network.org);
	await deploy.flood('early', 3);

	const watched = new DeployPage(await context.newPage(), network.org.slug, network.origin);
	await watched.follow(deploy);
	const list = new DeployPage(await context.newPage(), network.org.slug, network.origin);
	await list.openList();
	const windows: LogsPage[] = [];
	for (let count = 0; count < 6; count++) windows.push(await sendDuring(openLogs(context)));
	const [first, second, , , , last] = windows as [LogsPage, LogsPage, LogsPage, LogsPage, LogsPage, LogsPage];
	expect(await first.page.evaluate(() => isSecureContext)).toBe(false);

	await expect(first.status).toContainText('every 2 s');
	await expect(last.status).not.toContainText('every 2 s');
	await sendDuring(turnTo(first.page));
	await expect(first.status).not.toContainText('every 2 s');
	await deploy.flood('late', 3);
	await expect(watched.text(6)).toHaveText('late 3');
	await sendDuring(last.page.close());
	await sendDuring(second.page.reload());
	await deploy.finish('succeeded');

	const all = Array.from({ length: sent }, (_, at) => `sent ${at + 1}`);
	for (const logs of windows.filter(({ page }) => !page.isClosed())) {
		await expect(logs.row(`sent ${sent}`)).toBeVisible();
		const texts = (await logs.shown()).map(({ text }) => text);
		expect(texts.filter((text) => text.startsWith('sent'))).toEqual(all);
		await logs.is('live');
	}
	await expect(watched.page).toHaveTitle('✓ web succeeded');
	await expect(list.item(deploy)).toContainText('Succeeded');
});

test('a window that closes leaves its place to one that waited for it', async ({ context }) => {
	await signInAt(context);
	const first = await openLogs(context);
	for (let count = 0; count < 3; count++) await openLogs(context);
	const last = await openLogs(context);
	await expect(first.status).toContainText('every 2 s');
	await last.page.close();
	await expect(first.status).not.toContainText('every 2 s');
	await network.org.send('after it closed');
	await expect(first.row('after it closed')).toBeVisible();
});
