import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataRequestOf, requestOf } from '../support/tenancy/matrix-requests.ts';
import { askers, makeScene, type Asker, type Scene } from '../support/tenancy/matrix-scene.ts';
import { rows, type Row } from '../support/tenancy/matrix.ts';
import { startSite, type Site } from '../support/server/site.ts';

/** What tests/support/tenancy/built-routes.mjs prints. */
interface Built {
	ways: string[];
	/** Of each page, by its route. */
	nodes: Record<string, number>;
	remotes: string[];
}

let site: Site;
let built: Built;
beforeAll(async () => {
	[site, built] = await Promise.all([
		startSite({ SIGN_UP: 'open', TRUSTED_PROXIES: '127.0.0.1' }),
		promisify(execFile)(process.execPath, ['tests/support/tenancy/built-routes.mjs']).then(
			({ stdout }) => JSON.parse(stdout) as Built
		)
	]);
});
afterAll(() => site.stop());

const isToSignIn = (location: string | null) => location?.startsWith('/sign-in?next=');

/** The status, or `sign-in` for a redirect to where one signs in. */
async function answerTo(scene: Scene, { way }: Row, asker: Asker): Promise<string> {
	const headers = scene.headers[asker];
	const answer = await ask(requestOf(way, scene, 'cookie' in headers), headers);
	await answer.body?.cancel();
	expectUnstored(answer, way);
	return isToSignIn(answer.headers.get('location')) ? 'sign-in' : String(answer.status);
}

/** What a page that is loaded without its layouts answers, in the same words: who asks chooses what is loaded. */
async function dataAnswerTo(scene: Scene, { way }: Row, asker: Asker, nodes: number): Promise<string> {
	const answer = await ask(dataRequestOf(way, scene, nodes), scene.headers[asker]);
	expectUnstored(answer, way);
	const [first = ''] = (await answer.text()).split('\n');
	expect(answer.status, first).toBe(200);
	const data = JSON.parse(first) as Data;
	if (data.type === 'redirect') return isToSignIn(data.location) ? 'sign-in' : '303';
	expect(
		data.nodes.slice(0, -1).every((node) => node?.type === 'skip'),
		'the layouts are left out'
	).toBe(true);
	const page = data.nodes.at(-1);
	return page?.type === 'error' ? String(page.status) : '200';
}

/** Nothing that a session or a key stands behind stays in a browser or a proxy; the CLI is the same for everybody. */
function expectUnstored(answer: Response, way: string): void {
	const stored = answer.headers.get('cache-control');
	expect(stored, `how long ${way} is kept`).toMatch(
		way === 'GET /cli.mjs' ? /^public, no-cache$/ : /\bno-store\b/
	);
}

/** A page's data as SvelteKit sends it (2.70, runtime/server/data); null for a node that loads nothing. */
type Data =
	| { type: 'redirect'; location: string }
	| { type: 'data'; nodes: ({ type: 'skip' | 'data' } | { type: 'error'; status: number } | null)[] };

function ask({ path, ...init }: ReturnType<typeof requestOf>, headers: Record<string, string>) {
	const sent = { redirect: 'manual' as const, ...init, headers: { ...init.headers, ...headers } };
	return fetch(site.server.url + path, sent);
}

/** All askers at once. */
async function answersOf(ask: (asker: Asker) => Promise<string>): Promise<Record<Asker, string>> {
	const answers = askers.map(async (asker) => [asker, await ask(asker)] as const);
	return Object.fromEntries(await Promise.all(answers)) as Record<Asker, string>;
}

test('every way into the built server stands in the matrix, and nothing else does', () => {
	expect(rows.map(({ way }) => way).sort()).toEqual(built.ways);
	// Remote functions would be ways in that no route tells of.
	expect(built.remotes).toEqual([]);
});

test.each(rows)('$way', async (row) => {
	const needs = { deploy: row.way.includes('/deploys/[id]'), line: row.way.includes('[seq]') };
	const isSafe = /^(GET|HEAD) /.test(row.way);
	const isRefused = (asker: Asker) => row.answers[asker] === 'sign-in' || Number(row.answers[asker]) >= 400;

	// Whoever changes nothing shares a scene; whoever does what was asked for has one of their own.
	const shared = await makeScene(site, needs);
	const before = await shared.state();
	const answers = await answersOf(async (asker) =>
		answerTo(isSafe || isRefused(asker) ? shared : await makeScene(site, needs), row, asker)
	);
	expect(answers).toEqual(row.answers);

	const nodes = isSafe && built.nodes[row.way.replace('GET ', '')];
	if (nodes) {
		const ofData = await answersOf((asker) => dataAnswerTo(shared, row, asker, nodes));
		expect(ofData, 'the page without its layouts').toEqual(row.answers);
	}
	expect(await shared.state(), 'what those left behind who may change nothing').toBe(before);
});
