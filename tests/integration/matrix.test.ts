import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestOf } from '../support/matrix-requests.ts';
import { askers, makeScene, type Asker, type Scene } from '../support/matrix-scene.ts';
import { rows, type Row } from '../support/matrix.ts';
import { startSite, type Site } from '../support/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite({ SIGN_UP: 'open', TRUSTED_PROXIES: '127.0.0.1' })));
afterAll(() => site.stop());

/** The status, or `sign-in` for a redirect to where one signs in. */
async function answerTo(scene: Scene, row: Row, asker: Asker): Promise<string> {
	const headers = scene.headers[asker];
	const { path, ...init } = requestOf(row.way, scene, 'cookie' in headers);
	const answer = await fetch(site.server.url + path, {
		redirect: 'manual',
		...init,
		headers: { ...init.headers, ...headers }
	});
	await answer.body?.cancel();
	const isToSignIn = answer.headers.get('location')?.startsWith('/sign-in?next=');
	return isToSignIn ? 'sign-in' : String(answer.status);
}

test('every way into the built server stands in the matrix, and nothing else does', async () => {
	const { stdout } = await promisify(execFile)(process.execPath, ['tests/support/built-routes.mjs']);
	expect(rows.map(({ way }) => way).sort()).toEqual(JSON.parse(stdout));
});

test.each(rows)('$way', async (row) => {
	const isSafe = /^(GET|HEAD) /.test(row.way);
	const needs = { deploy: row.way.includes('/deploys/[id]') };
	let scene = await makeScene(site, needs);
	const answers: Partial<Record<Asker, string>> = {};
	for (const asker of askers) {
		const before = await scene.state();
		const answer = (answers[asker] = await answerTo(scene, row, asker));
		const isRefused = answer === 'sign-in' || Number(answer) >= 400;
		if (isRefused || isSafe) expect(await scene.state(), `what ${asker} left behind`).toBe(before);
		else scene = await makeScene(site, needs);
	}
	expect(answers).toEqual(row.answers);
});
