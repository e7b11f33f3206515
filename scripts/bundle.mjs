// The parts of the build besides SvelteKit's own output, each as one file: `bundle(…)`, or by hand `node scripts/bundle.mjs
// NAME [FILE]`.
import { chmodSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** How the modules that `requiredBuiltins` makes up are named. */
const marked = '\0builtin:';

/** @typedef {{ entry: string, target: string, isWhole: boolean }} Bundle `isWhole`: with its dependencies in it. */

/** @type {Record<'cli.mjs' | 'server.js' | `threads/${'sealer' | 'decoder' | 'searcher'}.js`, Bundle>} */
export const bundles = {
	// The CLI without dependencies, for Node 20 and newer, offered by the server as /cli.mjs.
	'cli.mjs': { entry: 'src/cli/standalone.ts', target: 'node20', isWhole: true },
	// The threads.
	'threads/sealer.js': thread('sealer'),
	'threads/decoder.js': thread('decoder'),
	'threads/searcher.js': thread('searcher'),
	// The server, the last of the build (see build.mjs), which an image without sources can run.
	'server.js': { entry: 'src/server.ts', target: 'node22', isWhole: false }
};

/** @param {string} name @returns {Bundle} */
function thread(name) {
	return { entry: `src/threads/${name}.ts`, target: 'node22', isWhole: false };
}

/**
 * Requires Node's modules where a command first needs them. As imports, those of all commands would be loaded at the start, and
 * every export of theirs evaluated: 8 MB of memory.
 * @type {import('vite').Plugin}
 */
const requiredBuiltins = {
	name: 'required-builtins',
	enforce: 'pre',
	resolveId(id, importer) {
		const isOurs = importer?.startsWith(marked);
		// Rolldown imports it for its own `require`.
		if (id.startsWith('node:') && id !== 'node:module' && !isOurs) return marked + id;
	},
	load(id) {
		if (id.startsWith(marked)) return `module.exports = require('${id.slice(marked.length)}');`;
	}
};

/** @param {keyof typeof bundles} name @param {string} [file] */
export async function bundle(name, file = `${root}/build/${name}`) {
	const { entry, target, isWhole } = bundles[name];
	await build({
		root,
		configFile: false,
		logLevel: 'warn',
		...(isWhole && { ssr: { noExternal: true }, plugins: [requiredBuiltins] }),
		build: {
			ssr: entry,
			target,
			outDir: dirname(file),
			emptyOutDir: false,
			copyPublicDir: false,
			minify: false, // its users should be able to read it
			rolldownOptions: {
				output: { format: 'es', entryFileNames: basename(file), codeSplitting: false }
			}
		}
	});
	chmodSync(file, 0o755);
}

if (import.meta.filename === process.argv[1]) {
	const [name = '', file] = process.argv.slice(2);
	await bundle(/** @type {keyof typeof bundles} */ (name), file && resolve(file));
}
