// After `npm ci`: mends what is broken in a package and not mended in any release of it (decision 0121). Idempotent.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a lost connection leaves behind in postgres 3.4.9, and the next one on the same object stumbles over. */
const mends = [
	{
		what: 'bytes that were not sent, and the timer that would have sent them',
		before: /async function closed\(hadError\) \{[^]*?clearImmediate\(nextWriteTimer\)\n/,
		added: '    chunk = nextWriteTimer = null\n'
	},
	{
		what: 'the query that it was for, and its error',
		before: /\n {4}closedTime = performance\.now\(\)\n/,
		added: '    query = errorResponse = null\n'
	}
];

const file = fileURLToPath(new URL('../node_modules/postgres/src/connection.js', import.meta.url));
if (existsSync(file)) mend(file);

/** @param {string} file */
function mend(file) {
	let text = readFileSync(file, 'utf8');
	for (const { what, before, added } of mends) {
		const [found = ''] = before.exec(text) ?? [];
		if (found === '')
			throw new Error(`postgres has changed: look whether it still keeps ${what}, and edit scripts/mend.mjs`);
		if (!text.includes(found + added)) text = text.replace(found, () => found + added);
	}
	writeFileSync(file, text);
}
