import { startServer, type Server } from '../support/server/server.ts';
import { DeployPage, expect, test } from './deploy-page.ts';
import { signIn } from './fixtures.ts';
import { Organization } from './organization.ts';
import { RunningDeploy } from './running-deploy.ts';

// The page is still open when its server is stopped.
test.use({ expectedErrors: [/net::ERR_/] });

const servers: Server[] = [];
test.afterEach(async () => {
	for (const server of servers.splice(0)) await server.stop();
});

test('an interrupted deploy says so and since when, and goes on when its sender comes back', async ({
	page,
	context
}) => {
	const server = await startServer({ env: { DEPLOY_LEASE_S: '1' } });
	servers.push(server);
	const org = new Organization(server, await server.bootstrap());
	await signIn(context.request, org, server.url);
	const deploy = new DeployPage(page, org.slug, server.url);
	const running = await RunningDeploy.start(server, org);
	await running.write('the last word\n');
	await deploy.open(running);
	const notice = page.getByText('No output since');
	await expect(deploy.status).toHaveAttribute('data-status', 'interrupted');
	await expect(page).toHaveTitle('⚠ web interrupted');
	const since = await notice.locator('time').getAttribute('datetime');
	expect(Date.now() - Date.parse(since ?? ''), 'ms since the last append').toBeLessThan(20_000);
	await expect(notice.locator('time')).toHaveText(/^\d+ [A-Z][a-z]{2} \d\d:\d\d$/);
	await deploy.openList();
	await expect(deploy.item(running).locator('[data-status]')).toHaveText(/Interrupted$/);

	await deploy.open(running);
	await running.write('it was only the network\n');
	await expect(deploy.text(2)).toHaveText('it was only the network');
	await expect(page).toHaveTitle('● web deploying');
	await expect(notice).toBeHidden();
});
