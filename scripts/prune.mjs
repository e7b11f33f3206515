// After `npm ci`: removes the parts of packages in node_modules that nothing of ours uses, about 90 MB of 500.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../node_modules', import.meta.url));

// Headers and sources for compiling add-ons: ours come compiled.
for (const name of namesIn('.').filter((name) => name.startsWith('node-linux-'))) {
	remove(`${name}/include`, `${name}/share`);
}
remove('better-sqlite3/deps', 'better-sqlite3/src');

// SQLite for other machines.
const libc = process.platform === 'linux' && isMusl() ? 'linuxmusl' : process.platform;
for (const name of namesIn('better-sqlite3/prebuilds')) {
	if (name !== `${libc}-${process.arch}.node`) remove(`better-sqlite3/prebuilds/${name}`);
}

function isMusl() {
	const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
	return header.glibcVersionRuntime === undefined;
}

/** @param {string} folder */
function namesIn(folder) {
	try {
		return readdirSync(join(packages, folder));
	} catch {
		return []; // omitted by npm, for example with --omit
	}
}

/** @param {string[]} paths */
function remove(...paths) {
	for (const path of paths) rmSync(join(packages, path), { recursive: true, force: true });
}
