// The complete build: `npm run build`. With `--if-stale`, as in `npm start`, only if there is none or a source is newer.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isOldNode, oldNode } from './node-version.mjs';

/** Written last, so a build that has it is complete. */
const last = 'build/server.js';

if (isOldNode(process.versions.node)) fail(oldNode(process.versions.node));
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (!process.argv.includes('--if-stale')) await build();
else if (isStale()) {
	console.log('Building Tailrace (only the first time and after an update; takes about 20 seconds)…');
	await build();
}

function isStale() {
	if (!existsSync(last)) return true;
	const built = statSync(last).mtimeMs;
	const sources = ['src', 'static', 'scripts', 'svelte.config.js', 'vite.config.ts', 'package-lock.json'];
	return sources.filter(existsSync).some((path) => newest(path) > built);
}

/** @param {string} path @returns {number} */
function newest(path) {
	const stat = statSync(path);
	if (!stat.isDirectory()) return stat.mtimeMs;
	return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

async function build() {
	// Its output matters only when it fails: rollup reports chunks that are empty by design, and Vite a command that we do not
	// have.
	const { status, stdout, stderr, error } = spawnSync('vite', ['build', '--logLevel', 'error'], {
		stdio: ['ignore', 'pipe', 'pipe'],
		encoding: 'utf8'
	});
	if (status !== 0) fail(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\nThe build failed.`);
	// Only now: loading Vite takes a tenth of a second, which a start without a build should not pay.
	const { bundle, bundles } = await import('./bundle.mjs');
	for (const name of /** @type {(keyof typeof bundles)[]} */ (Object.keys(bundles))) await bundle(name);
}

/** @param {string} message @returns {never} */
function fail(message) {
	console.error(message);
	process.exit(1);
}
