// Everything that must hold: `npm test`. Each step prints as it goes; the last line counts the tests of all runners.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOldNode, oldNode } from './node-version.mjs';
import { fromPlaywright, fromVitest } from './test-reports.mjs';

if (isOldNode(process.versions.node)) {
	console.error(oldNode(process.versions.node));
	process.exit(1);
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const reports = mkdtempSync(join(tmpdir(), 'tailrace-reports-'));
// Hundreds of processes of ours start: with their code compiled, a command of the CLI takes 0.18 s of CPU time instead of 0.42 s.
process.env.NODE_COMPILE_CACHE = join(reports, 'compiled');
const count = { passed: 0, failed: 0 };
/** What failed and how, repeated at the end: a runner's output may be thousands of lines back.
 * @type {string[]} */
const failures = [];

step('build', 'npm', ['run', '--silent', 'build']);
await sideBySide({
	'type check': ['npm', 'run', '--silent', 'check'],
	'lint and the import rule': ['npm', 'run', '--silent', 'lint']
});
vitest('unit, integration and fault tests');
playwright('end to end, in Chromium');

finish();

/**
 * Checks that use a core each, so they run in parallel; each prints its output when it has ended.
 * @param {Record<string, string[]>} checks
 */
async function sideBySide(checks) {
	const started = performance.now();
	const running = Object.entries(checks).map(async ([title, [command = '', ...args]]) => {
		const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
		let said = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
		const [code] = await once(child, 'close');
		const seconds = Math.round((performance.now() - started) / 1000);
		console.log(
			`\n── ${title}\n${said.trimEnd()}\n── ${title}: ${code === 0 ? 'ok' : 'FAILED'}, ${seconds} s`
		);
		if (code !== 0) fail(`${title}: exit status ${code}`);
	});
	await Promise.all(running);
}

/**
 * A check without its own tests counts only if it fails; without a build nothing further can run.
 * @param {string} title @param {string} command @param {string[]} args
 */
function step(title, command, args) {
	if (run(title, command, args).status === 0) return;
	fail(title);
	if (title === 'build') finish();
}

/** @param {string} what */
function fail(what) {
	count.failed++;
	failures.push(what);
}

function finish() {
	rmSync(reports, { recursive: true });
	if (failures.length > 0) console.log(`\n── what failed\n${failures.join('\n\n')}\n`);
	console.log(`${count.passed} passed, ${count.failed} failed`);
	process.exit(count.failed === 0 ? 0 : 1);
}

/** @param {string} title */
function vitest(title) {
	const report = join(reports, 'vitest.json');
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
	const { status } = run(title, 'vitest', ['run', ...reporters]);
	add(title, status, report, fromVitest);
}

/** @param {string} title */
function playwright(title) {
	const report = join(reports, 'playwright.json');
	const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
	const { status } = run(title, 'playwright', ['test', '--reporter=list,json'], env);
	add(title, status, report, fromPlaywright);
}

/**
 * Counts a runner's tests. One that failed without a failed test (it could not start, or something failed besides the tests)
 * is a failure too.
 * @param {string} title @param {number | null} status @param {string} report @param {(report: any) => import('./test-reports.mjs').Test[]} read
 */
function add(title, status, report, read) {
	/** @type {import('./test-reports.mjs').Test[]} */
	let tests = [];
	try {
		tests = read(JSON.parse(readFileSync(report, 'utf8')));
	} catch (error) {
		console.error(`The runner left no report: ${error}`);
	}
	const failed = tests.filter(({ ok }) => !ok);
	count.passed += tests.length - failed.length;
	for (const { name, why } of failed) fail(`${name}\n${why}`);
	if (status !== 0 && failed.length === 0) fail(`${title}: exit status ${status}, see above`);
}

/** @param {string} title @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
function run(title, command, args, env = {}) {
	console.log(`\n── ${title}`);
	const started = performance.now();
	const result = spawnSync(command, args, {
		stdio: ['ignore', 'inherit', 'inherit'],
		env: { ...process.env, ...env }
	});
	if (result.error) console.error(result.error.message);
	console.log(
		`── ${title}: ${result.status === 0 ? 'ok' : 'FAILED'}, ${Math.round((performance.now() - started) / 1000)} s`
	);
	return result;
}
