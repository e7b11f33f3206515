// The CLI as one file without dependencies, for Node 20 and newer: what the server gives out as /cli.mjs. After `vite build`, whose
// adapter empties the folder: `node scripts/build-cli.mjs [FILE]`.
import { chmodSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = resolve(process.argv[2] ?? `${root}/build/cli.mjs`);

await build({
	root,
	configFile: false,
	logLevel: 'warn',
	ssr: { noExternal: true },
	build: {
		ssr: 'src/cli/standalone.ts',
		target: 'node20',
		outDir: dirname(file),
		emptyOutDir: false,
		copyPublicDir: false,
		minify: false, // it is to be read by whoever downloads it
		rolldownOptions: {
			output: { format: 'es', entryFileNames: basename(file), codeSplitting: false }
		}
	}
});
chmodSync(file, 0o755);
