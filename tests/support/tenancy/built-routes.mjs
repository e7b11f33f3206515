// Prints every way into the built server as JSON: the endpoints with their methods, the pages with their actions, how many
// nodes (layouts, and last the page itself) each page consists of, and remote functions. Read from the manifest that SvelteKit
// built, so that a new route cannot be forgotten. Runs outside the tests, in plain Node.
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const built = resolve('.svelte-kit/output/server/manifest.js');
const { manifest } = await import(pathToFileURL(built).href);
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'fallback'];

const ways = [];
/** @type {Record<string, number>} */
const nodes = {};
for (const { id, endpoint, page } of manifest._.routes) {
	const path = id.replace(/\/\([^)]*\)/g, '') || '/';
	if (endpoint) {
		const module = await endpoint();
		for (const method of methods) if (module[method]) ways.push(`${method} ${path}`);
	}
	if (!page) continue;
	ways.push(`GET ${path}`);
	nodes[path] = page.layouts.length + 1;
	const { server } = await manifest._.nodes[page.leaf]();
	for (const action of Object.keys(server?.actions ?? {})) {
		ways.push(action === 'default' ? `POST ${path}` : `POST ${path}?/${action}`);
	}
}
process.stdout.write(JSON.stringify({ ways: ways.sort(), nodes, remotes: Object.keys(manifest._.remotes) }));
