// The server: `npm start`. Builds when there is no build or an older one (`--no-build`: never), then serves it until
// SIGTERM or SIGINT.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { isOldNode, oldNode } from './node-version.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** How long open requests may take to end before they are cut, in ms; a stop takes at most ten seconds in all. */
const patience = 6_000;

if (isOldNode(process.versions.node)) fail(oldNode(process.versions.node));
process.chdir(root);
if (!process.argv.includes('--no-build') && isStale()) build();
await serve();

/** Whether a source is newer than the build. An image without sources has only its build. */
function isStale() {
	if (!existsSync('build/handler.js')) return true;
	const built = statSync('build/handler.js').mtimeMs;
	const sources = ['src', 'static', 'svelte.config.js', 'vite.config.ts', 'package-lock.json'].filter(
		existsSync
	);
	return sources.some((path) => newest(path) > built);
}

/** @param {string} path @returns {number} */
function newest(path) {
	const stat = statSync(path);
	if (!stat.isDirectory()) return stat.mtimeMs;
	return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

function build() {
	console.log('Building Tailrace (once, a few seconds)…');
	const result = spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2] });
	if (result.status !== 0) fail('The build failed; what went wrong stands above.');
}

async function serve() {
	process.env.NODE_ENV ??= 'production';
	// SvelteKit's own bounds, read when the handler loads. 10 MiB is the limit of a request (API.md).
	process.env.BODY_SIZE_LIMIT = String(10 * 1024 * 1024);
	// Without ORIGIN the adapter takes every request for https; this header, which only we set, says what it is.
	process.env.PROTOCOL_HEADER = 'x-tailrace-protocol';
	// Whose word about the client's address counts is TRUSTED_PROXIES' to say (src/lib/server/client.ts), not the adapter's.
	delete process.env.ADDRESS_HEADER;
	const { handler } = await import(new URL('../build/handler.js', import.meta.url).href);

	const server = createServer({ requestTimeout: 60_000, keepAliveTimeout: 65_000 }, (request, response) => {
		request.headers['x-tailrace-protocol'] = 'http';
		// A body without a type is dropped by SvelteKit (@sveltejs/kit 2.70, exports/node); API.md accepts one.
		request.headers['content-type'] ??= 'application/octet-stream';
		handler(request, response);
	});
	const silent = watchSilent(server);
	const host = process.env.HOST || '127.0.0.1';
	server.on('error', (error) => fail(`Tailrace cannot listen on ${host}: ${error.message}`));
	server.listen({ port: Number(process.env.PORT || 3000), host, backlog: 4096 }, () =>
		announce(server, host)
	);
	for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(server, silent));
}

/** @param {import('node:http').Server} server @param {string} host */
function announce(server, host) {
	const address = server.address();
	const port = address && typeof address === 'object' ? address.port : '';
	const shown = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host;
	console.log(`\n  Tailrace is ready: open ${process.env.ORIGIN || `http://${shown}:${port}`}\n`);
}

/**
 * The connections that no request has come on: browsers open some ahead of need, and Node's closeIdleConnections leaves them.
 * @param {import('node:http').Server} server
 */
function watchSilent(server) {
	/** @type {Set<import('node:net').Socket>} */
	const silent = new Set();
	server.on('connection', (socket) => {
		silent.add(socket);
		socket.once('close', () => silent.delete(socket));
	});
	server.on('request', ({ socket }) => silent.delete(socket));
	return silent;
}

/**
 * hooks.server.ts ends the streams on the same signal; what it has open besides is closed after the last response.
 * @param {import('node:http').Server} server
 * @param {Set<import('node:net').Socket>} silent
 */
function stop(server, silent) {
	const idle = setInterval(() => {
		server.closeIdleConnections();
		for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
	}, 50);
	const cut = setTimeout(() => server.closeAllConnections(), patience);
	server.close(() => {
		clearInterval(idle);
		clearTimeout(cut);
		process.emit(/** @type {any} */ ('sveltekit:shutdown'), /** @type {any} */ ('SIGTERM'));
	});
}

/** @param {string} message @returns {never} */
function fail(message) {
	console.error(message);
	process.exit(1);
}
