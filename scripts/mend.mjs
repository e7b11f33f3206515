// After `npm ci`: mends what is broken in a package and not mended in any release of it (decision 0121). Idempotent.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * In postgres 3.4.9: what a lost connection leaves behind, and the next one on the same object stumbles over. Of COPY: a connection that
 * never reads again, because its socket was paused for a reader that was slow or has gone, and an error that its writer never hears of.
 */
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
	},
	{
		what: 'silent about a COPY whose rows are refused once all are sent',
		before: /\n {2}function errored\(err\) \{\n/,
		added: '    final && (final(err), final = null)\n'
	},
	{
		what: 'its socket paused at the end of a COPY',
		before: /\n {2}function CopyDone\(\) \{\n/,
		added: '    socket.resume()\n'
	},
	{
		what: 'a COPY going on for a reader that has gone',
		before: /\n {2}function CopyOutResponse\(\) \{\n {4}stream = new Stream\.Readable\(\{\n/,
		added:
			'      destroy(error, done) { if (stream === this) stream = null; socket.resume(); done(error) },\n'
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
