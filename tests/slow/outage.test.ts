import { expect, test } from 'vitest';
import { ready, siteOnDetour } from '../support/server/away.ts';
import { requestOf } from '../support/tenancy/matrix-requests.ts';
import { makeScene, type Asker, type Scene } from '../support/tenancy/matrix-scene.ts';
import { rows } from '../support/tenancy/matrix.ts';
import { expectProblem } from '../support/server/problem.ts';
import type { Site } from '../support/server/site.ts';

const asking: Asker[] = ['nobody', 'owner', 'write key', 'read key', 'instance admin'];

/** How somebody asks: with a page's address, with a page's form sent by a script, or for a page's data alone. */
type Manner = 'plain' | 'script' | 'data';

interface Answered {
	name: string;
	manner: Manner;
	status: number;
	headers: Headers;
	text: string;
	ms: number;
}

function mannersOf(way: string): Manner[] {
	if (/ \/(api|healthz|readyz|metrics|cli)|\/export|\/last-request|^POST \/sign-out/.test(way))
		return ['plain'];
	return way.startsWith('GET') ? ['plain', 'data'] : ['plain', 'script'];
}

async function ask(site: Site, scene: Scene, way: string, asker: Asker, manner: Manner): Promise<Answered> {
	const headers = scene.headers[asker];
	const { path, ...init } = requestOf(way, scene, 'cookie' in headers);
	const byScript = { accept: 'application/json', 'x-sveltekit-action': 'true' };
	const sent = { ...init.headers, ...headers, ...(manner === 'script' && byScript) };
	const address = manner === 'data' ? `${path.replace(/\/$/, '')}/__data.json` : path;
	const started = performance.now();
	const answer = await fetch(site.server.url + address, { redirect: 'manual', ...init, headers: sent });
	// A stream has no end.
	const isStream = answer.ok && way.endsWith('/stream');
	const text = isStream ? (await answer.body?.cancel(), '') : await answer.text();
	const ms = performance.now() - started;
	const { status, headers: received } = answer;
	return { name: `${way} · ${asker} · ${manner}`, manner, status, headers: received, text, ms };
}

/** Every way into the server, as everybody and in every manner, some at a time. */
async function askForEverything(site: Site, scene: Scene): Promise<Answered[]> {
	const all = rows.flatMap(({ way }) =>
		asking.flatMap((asker) => mannersOf(way).map((manner) => () => ask(site, scene, way, asker, manner)))
	);
	const answered: Answered[] = [];
	const next = async (): Promise<void> => {
		for (let one = all.shift(); one; one = all.shift()) answered.push(await one());
	};
	await Promise.all(Array.from({ length: 40 }, next));
	return answered;
}

/** A refusal says what is away in the form in which it was asked. */
async function expectExplained({ name, manner, status, headers, text }: Answered): Promise<void> {
	expect(headers.get('retry-after'), name).toMatch(/^\d+$/);
	expect(headers.get('x-frame-options'), name).toBe('DENY');
	if (name.startsWith('HEAD ')) return; // its answer has no body
	const type = headers.get('content-type') ?? '';
	if (manner === 'data') {
		expect(JSON.parse(text), name).toMatchObject({ outage: { outage: 'database' } });
	} else if (type.startsWith('text/html')) {
		expect(text, name).toContain('The database is unavailable');
	} else if (!name.includes('/readyz')) {
		const { detail } = await expectProblem(new Response(text, { status, headers }), 503);
		expect(detail, name).toContain('The database is unavailable.');
	}
}

test('while PostgreSQL is away nothing is answered with 500, and every refusal says what is away', async () => {
	const { site, way } = await siteOnDetour({ SIGN_UP: 'open', TRUSTED_PROXIES: '127.0.0.1' });
	const scene = await makeScene(site);
	const { made } = await site.tenant();
	way.cut();
	const keyed = await fetch(`${site.server.url}/v1/input/${made.key}`, { method: 'POST', body: '{}' });
	expect(keyed.status).toBe(503);
	const answers = await askForEverything(site, scene);
	expect(answers.filter(({ status }) => status >= 500 && status !== 503).map(({ name }) => name)).toEqual([]);
	expect(answers.filter(({ ms }) => ms > 8_000).map(({ name, ms }) => [name, ms])).toEqual([]);
	const refused = answers.filter(({ status, name }) => status === 503 && !name.includes('/readyz'));
	expect(refused.length).toBeGreaterThan(rows.length);
	for (const answer of refused) await expectExplained(answer);
	await expect.poll(() => site.server.output(), { timeout: 20_000 }).toContain('"/v1/input/:key"');
	expect(site.server.output()).not.toContain(made.key);

	way.mend();
	await ready(site, true);
	const after = await ask(site, scene, 'GET /[org]/logs', 'owner', 'plain');
	expect(after.status).toBe(200);
});

test('while PostgreSQL hangs every request is answered within some seconds, and none with 500', async () => {
	const { site, way } = await siteOnDetour({ SIGN_UP: 'open', TRUSTED_PROXIES: '127.0.0.1' });
	const scene = await makeScene(site);
	way.freeze();
	const first = await ask(site, scene, 'GET /[org]/logs', 'owner', 'plain');
	expect(first.status).toBe(503);
	expect(first.text).toContain('The database is unavailable');
	const answers = await askForEverything(site, scene);
	expect(answers.filter(({ status }) => status >= 500 && status !== 503).map(({ name }) => name)).toEqual([]);
	expect(answers.filter(({ ms }) => ms > 10_000).map(({ name, ms }) => [name, ms])).toEqual([]);
	way.thaw();
	await ready(site, true);
});
