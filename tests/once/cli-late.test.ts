import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { nodes, type Command } from '../support/cli/command.ts';
import * as deploys from '../support/deploys/deploys.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

const cli = bundled();
let site: Site;
let tenant: Tenant;
beforeAll(async () => void (site = await startSite()));
beforeAll(async () => void (tenant = await site.tenant()));
afterAll(() => site.stop());

/** Listens until the test ends; on a free port, unless it is told which. */
async function listen(server: Server, port = 0): Promise<number> {
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	return (server.address() as AddressInfo).port;
}

/** A port at which nothing listens yet. */
async function freePort(): Promise<number> {
	const server = createServer();
	const port = await listen(server);
	server.close();
	await once(server, 'close');
	return port;
}

/** Another way to the server, from now on. */
const appear = (port: number) =>
	listen(
		createServer((near) => {
			const far = connect(site.server.port, '127.0.0.1');
			near.pipe(far).pipe(near);
			for (const socket of [near, far]) socket.on('error', () => [near, far].forEach((end) => end.destroy()));
		}),
		port
	);

describe.each(nodes(20))('tailrace deploy on Node %s', (_, node) => {
	const deploy = (command: string, url: string, service = 'web', key = tenant.made.key): Command => {
		const words = ['deploy', '--service', service, '--', 'sh', '-c', command];
		return cli.run(words, { url, key, node, input: '' });
	};

	// Less than the 4 and 3 s is asked for: on a busy machine the CLI reads late, and requests take long. By arrival it would be 1 s and none.
	test('start, end and every line have the time at which they were, when the server comes late', async () => {
		const port = await freePort();
		const service = `late-${node.length}-${port}`;
		const command = deploy('echo one; sleep 3; echo two; sleep 1', `http://127.0.0.1:${port}`, service);
		await command.saying('two\n');
		await appear(port);
		expect((await command.ended).status).toBe(0);

		const { deploys: made } = await deploys.list(tenant, `service=${service}`);
		expect(made).toMatchObject([{ status: 'succeeded', size: 8 }]);
		expect(made[0]?.duration_ms).toBeGreaterThan(3_000);
		const sent = new deploys.Sent(tenant, made[0]?.id ?? '');
		const response = await sent.log('lines=1-2', { accept: 'application/json' });
		const { lines } = (await response.json()) as { lines: { time: string }[] };
		const [one = 0, two = 0] = lines.map(({ time }) => Date.parse(time));
		expect(two - one).toBeGreaterThan(1_500);
	});

	/** Deploys to where no Tailrace is and returns what was said about it; nothing may be waited for. */
	async function saidAbout(url: string, key = tenant.made.key): Promise<string> {
		const since = performance.now();
		const { status, stdout, stderr } = await deploy('echo ran; exit 3', url, 'web', key).ended;
		expect([status, String(stdout)]).toEqual([3, 'ran\n']);
		expect(performance.now() - since).toBeLessThan(30_000);
		return String(stderr);
	}

	test('a wrong path is not waited for', async () => {
		expect(await saidAbout(`${site.server.url}/nowhere`)).toContain(
			'tailrace: the server refused the request (404'
		);
	});

	test('a server that speaks another protocol is not waited for', async () => {
		const port = await listen(createServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
		expect(await saidAbout(`http://127.0.0.1:${port}`)).toContain('tailrace: the server cannot be used (');
	});

	test('https where there is none is not waited for', async () => {
		const said = await saidAbout(`https://127.0.0.1:${site.server.port}`);
		expect(said).toMatch(/^tailrace: the server cannot be used \(.*wrong version number\); the .*$/m);
	});

	test('a key that was revoked is not waited for', async () => {
		const key = 'tr_0000000000000000000000000000000000000000000';
		expect(await saidAbout(site.server.url, key)).toContain('tailrace: the key was refused (401: ');
	});
});
