import { Sender } from '../support/logs/sender.ts';
import { startServer, type Server, type ServerOptions } from '../support/server/server.ts';
import { expect, signIn, test } from './fixtures.ts';
import { LogsPage, type Shown } from './logs-page.ts';
import { Organization } from './organization.ts';

test.use({ expectedErrors: [/net::ERR_/] });

/** The newest first: who made the data folder removes it, last. */
const servers: Server[] = [];
test.afterEach(async () => {
	for (const server of servers.splice(0)) await server.stop();
});

async function started(options?: ServerOptions): Promise<Server> {
	const server = await startServer(options);
	servers.unshift(server);
	return server;
}

/** Every line from the first to the last is there, once, in order, with the text that was acknowledged. */
function expectAll(shown: Shown[], acknowledged: Map<number, string>) {
	const expected = [...acknowledged].sort(([a], [b]) => a - b).map(([seq, text]) => ({ seq, text }));
	expect(shown).toEqual(expected);
}

test('a tab that was offline for 20 s says why and comes back with nothing missing', async ({
	logs,
	org,
	server,
	context
}) => {
	const sender = senderOf(server, org, 10);
	await sender.acknowledges(5);
	await logs.open();
	await context.setOffline(true);
	await logs.is('offline', 1000);
	await expect(logs.status).toContainText('no network');
	await logs.page.waitForTimeout(20_000); // the time that issue 2 names
	await logs.is('offline');
	const behind = (await logs.shown()).length;
	await context.setOffline(false);
	await logs.is('live', 2000);
	await sender.stop();

	expect(sender.sent - behind, 'lines that came meanwhile').toBeGreaterThan(150);
	await expect(logs.rows).toHaveCount(sender.sent);
	expectAll(await logs.shown(), sender.acknowledged);
});

test('after more than 500 missed lines a marker says how many, and brings them', async ({
	logs,
	org,
	context
}) => {
	await org.flood('seen', 10);
	await logs.open();
	await context.setOffline(true);
	await logs.is('offline');
	await org.flood('missed', 800);
	await context.setOffline(false);
	await expect(logs.row('missed 800')).toBeInViewport();

	const marker = logs.list.getByText(/lines arrived faster/);
	const count = Number(/\d+/.exec(await marker.innerText())?.[0]);
	const shown = await logs.shown();
	expect(shown.map(({ text }) => text)).toEqual(
		Array.from({ length: 800 - count }, (_, i) => `missed ${count + i + 1}`)
	);
	expect(shown.length, 'lines after the marker').toBeGreaterThan(490);

	await marker.getByRole('button', { name: 'Show them' }).click();
	await expect(marker).toBeHidden();
	expect((await logs.shown()).map(({ text }) => text)).toEqual(
		Array.from({ length: 800 }, (_, i) => `missed ${i + 1}`)
	);
});

test('a page goes on by itself when the server was restarted, with nothing missing', async ({
	page,
	context
}) => {
	const server = await started();
	const { dataDir, port } = server;
	const org = new Organization(server, await server.bootstrap());
	await signIn(context.request, org, server.url);
	const logs = new LogsPage(page, org.slug, server.url);
	await logs.open();
	const sender = senderOf(server, org, 20);
	await sender.acknowledges(10);

	await server.kill('SIGTERM');
	await logs.is('offline');
	await started({ dataDir, env: { PORT: String(port) } });
	await sender.acknowledges(20);
	await logs.is('live', 20_000);
	await sender.stop();
	await expect(logs.rows).toHaveCount(sender.sent);
	expectAll(await logs.shown(), sender.acknowledged);
});

function senderOf({ url }: Server, { key }: Organization, perSecond: number): Sender {
	const headers = { authorization: `Bearer ${key}` };
	return new Sender({ origin: () => url, headers, name: 'sent ', perSecond, again: 'same key' });
}
