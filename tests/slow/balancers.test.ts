import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startBalancer, type Balancer, type Kind } from '../support/balancers/balancers.ts';
import { lowPort } from '../support/balancers/ports.ts';
import { isHere, titleOf } from '../support/balancers/programs.ts';
import { start } from '../support/cli/command.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { launch } from '../support/server/browser.ts';
import { serversAt, type Scene } from '../support/server/broken-scene.ts';
import { bearer, expectWhole, headOf, metric, numbers } from '../support/server/calls.ts';
import { root, type Server } from '../support/server/server.ts';

vi.setConfig({ testTimeout: 180_000 });

/** A viewer whose server went away is with another one within this many ms. */
const promptly = 2_000;
const viewersEach = 2;
/** A trusted proxy's address does not count as this machine. */
const token = 'of-metrics';

interface Behind extends Scene, Balancer {}

/** Three servers behind a balancer, with the settings that deploy/ asks for. */
async function threeBehind(kind: Kind): Promise<Behind> {
	const [port, ...ports] = [await lowPort(), await lowPort(), await lowPort(), await lowPort()] as const;
	const settings = {
		ORIGIN: `https://localhost:${port}`,
		TRUSTED_PROXIES: '127.0.0.1',
		DRAIN_S: '3',
		METRICS_TOKEN: token
	};
	const scene = await serversAt(ports, () => Promise.resolve(settings));
	return { ...scene, ...(await startBalancer(kind, port, ports)) };
}

function open({ url, ca }: Balancer, key: string): Viewer {
	const viewer = new Viewer({ origin: () => url, ca, headers: bearer(key) });
	onTestFinished(() => viewer.close());
	return viewer;
}

const streamsOf = (servers: readonly Server[]) =>
	Promise.all(servers.map(({ url }) => metric(url, 'tailrace_streams', bearer(token))));

describe.each<Kind>(['nginx', 'haproxy'])('%s', (kind) => {
	describe.skipIf(!isHere(kind))(titleOf(kind, 'three servers behind it'), () => {
		test('one stopped, one killed, both started again: viewers lose and double nothing', async () => {
			const behind = await threeBehind(kind);
			const { servers, url, ca, restart } = behind;
			const { key } = await (servers[0] as Server).bootstrap();
			const viewers = numbers(1, viewersEach * servers.length).map(() => open(behind, key));
			await Promise.all(viewers.map((viewer) => viewer.opened()));
			expect(await streamsOf(servers)).toEqual(servers.map(() => viewersEach));
			const to = { origin: () => url, ca, headers: bearer(key) };
			const sender = new Sender({ ...to, name: 'line', perSecond: 100, again: 'same key' });
			await sender.acknowledges(20);

			for (const [index, signal] of (['SIGTERM', 'SIGKILL'] as const).entries()) {
				await restart(index, signal);
				const seq = await sender.acknowledges(50);
				await Promise.all(viewers.map((viewer) => viewer.reaches(seq)));
				// Who stops answers everything that it was asked; who is killed takes it along.
				if (signal === 'SIGTERM') expect([...sender.statuses.keys()]).toEqual([200]);
			}
			await sender.stop();

			const head = await headOf((servers[0] as Server).url, key);
			expect(head).toBe(sender.sent);
			for (const viewer of viewers) expectWhole(await viewer.reaches(head), [sender], head);
			expect([...new Set(viewers.flatMap(({ statuses }) => statuses))]).toEqual([200]);
			const gaps = viewers.flatMap(({ gapsMs }) => gapsMs);
			expect(gaps.length).toBeGreaterThanOrEqual(2 * viewersEach);
			expect(Math.max(...gaps)).toBeLessThan(promptly);
		});

		test('a deploy goes on while one is stopped and one killed, and is whole at the end', async () => {
			const { servers, url, ca, restart } = await threeBehind(kind);
			const { key } = await (servers[0] as Server).bootstrap();
			const folder = await mkdtemp(join(tmpdir(), 'tailrace-balanced-'));
			onTestFinished(() => rm(folder, { recursive: true }));
			await writeFile(join(folder, 'ca.pem'), ca);
			const over = join(folder, 'over');
			const printing = `
				let line = 0;
				const timer = setInterval(() => {
					process.stdout.write('line ' + ++line + ' ☃\\n');
					if (require('node:fs').existsSync(${JSON.stringify(over)})) clearInterval(timer);
				}, 10);`;
			const words = ['src/cli/main.ts', 'deploy', '--service', 'web', '--', process.execPath, '-e', printing];
			const env = { TAILRACE_URL: url, TAILRACE_KEY: key, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
			const command = start(process.execPath, words, { cwd: root, env, input: '' });
			await command.saying('line 50 ');
			await restart(0, 'SIGTERM');
			await restart(1, 'SIGKILL');
			await writeFile(over, '');
			const { status, stdout, stderr } = await command.ended;
			expect([status, String(stderr)]).toEqual([0, expect.not.stringContaining('lost')]);

			for (const server of servers) {
				const get = (path: string) => fetch(`${server.url}/api/deploys${path}`, { headers: bearer(key) });
				const { deploys } = (await (await get('')).json()) as { deploys: { id: string }[] };
				expect(deploys).toMatchObject([{ status: 'succeeded', size: stdout.length }]);
				const log = Buffer.from(await (await get(`/${deploys[0]?.id}/log`)).arrayBuffer());
				expect(log.equals(stdout)).toBe(true);
			}
		});

		test('a hundred streams share one connection with HTTP/2, and every server has some of them', async () => {
			const { servers, url, ca } = await threeBehind(kind);
			const { key } = await (servers[0] as Server).bootstrap();
			const session = connect(url, { ca });
			onTestFinished(() => session.destroy());
			await once(session, 'connect');
			expect(session.alpnProtocol).toBe('h2');
			const streams = numbers(1, 100).map(() => follow());

			function follow() {
				const stream = session.request({ ':path': '/api/logs/stream', ...bearer(key) });
				const opened = once(stream, 'response');
				let text = '';
				const line = new Promise<void>((resolve) => {
					stream.setEncoding('utf8').on('data', (part: string) => {
						text += part;
						if (text.includes('"to all"')) resolve();
					});
				});
				return { opened, line };
			}

			await Promise.all(streams.map(({ opened }) => opened));
			expect(Math.min(...(await streamsOf(servers)))).toBeGreaterThan(0);
			const post = session.request({ ':path': '/api/logs', ':method': 'POST', ...bearer(key) });
			post.end('to all');
			const [headers] = (await once(post, 'response')) as [Record<string, unknown>];
			expect(headers[':status']).toBe(200);
			await Promise.all(streams.map(({ line }) => line));
		});

		test('eight tabs of a browser, signed in through it, show each line, also after their servers stopped', async () => {
			const { servers, url, ca, restart } = await threeBehind(kind);
			const { key, org, user, password } = await (servers[0] as Server).bootstrap();
			const browser = await launch();
			onTestFinished(() => browser.close());
			const context = await browser.newContext({ ignoreHTTPSErrors: true });
			const first = await context.newPage();
			await first.goto(`${url}/sign-in`);
			await first.getByLabel('E-mail address').fill(user.email);
			await first.getByLabel('Password').fill(password);
			await first.getByRole('button', { name: 'Sign in' }).click();
			await first.waitForURL(/\/logs/);
			const others = await Promise.all(numbers(2, 8).map(() => context.newPage()));
			await Promise.all(others.map((tab) => tab.goto(`${url}/${org.slug}/logs`)));

			async function show(message: string): Promise<void> {
				const sender = request(`${url}/api/logs`, { method: 'POST', ca, headers: bearer(key) });
				sender.end(message);
				const [answer] = (await once(sender, 'response')) as [IncomingMessage];
				answer.resume();
				expect(answer.statusCode).toBe(200);
				await Promise.all([first, ...others].map((tab) => tab.getByText(message).first().waitFor()));
			}

			await show('before the stop');
			await restart(0, 'SIGTERM');
			await restart(1, 'SIGTERM');
			await show('after the stop');
		});
	});
});
