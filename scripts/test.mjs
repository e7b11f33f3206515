// Everything that must hold: `npm test`. Each step prints as it goes; the last line counts the tests of all runners.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOldNode, oldNode } from './node-version.mjs';
import { memoryFolder } from './memory-folder.mjs';
import { fromPlaywright, fromVitest } from './test-reports.mjs';

if (isOldNode(process.versions.node)) {
	console.error(oldNode(process.versions.node));
	process.exit(1);
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// Some hundred databases are copied and removed again: in memory that takes a third less CPU time.
const temporary = mkdtempSync(join(memoryFolder() ?? tmpdir(), 'tailrace-tests-'));
chmodSync(temporary, 0o711); // the user postgres passes through
process.env.TMPDIR = temporary;
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const reports = join(temporary, 'reports');
mkdirSync(reports);
// Hundreds of processes of ours start: with their code compiled, a command of the CLI takes 0.18 s of CPU time instead of 0.42 s.
process.env.NODE_COMPILE_CACHE = join(reports, 'compiled');
const count = { passed: 0, failed: 0 };
/** What failed and how, repeated at the end: a runner's output may be thousands of lines back.
 * @type {string[]} */
const failures = [];
/** What failed beside other tests only.
 * @type {string[]} */
const passedAlone = [];
/** More failures than these have another cause than a busy machine. */
const mostAgain = 10;

/**
 * @typedef {object} Runner
 * @property {string} command
 * @property {(report: string) => string[]} args
 * @property {(failed: import('./test-reports.mjs').Test[]) => string[]} only What to add so that only these run, one after the other.
 * @property {(report: any) => import('./test-reports.mjs').Test[]} read
 */
/** @type {Runner} */
const vitest = {
	command: 'vitest',
	args: (report) => ['run', '--reporter=default', '--reporter=json', `--outputFile=${report}`],
	only: (failed) => ['--maxWorkers=1', ...new Set(failed.map(({ file }) => file))],
	read: fromVitest
};
/** @type {Runner} */
const playwright = {
	command: 'playwright',
	args: () => ['test', '--reporter=list,json'],
	only: () => ['--workers=1', '--last-failed'],
	read: fromPlaywright
};

await step('build', 'npm', ['run', '--silent', 'build']);
const checked = sideBySide({
	'type check': ['npm', 'run', '--silent', 'check'],
	'lint and the import rule': ['npm', 'run', '--silent', 'lint']
});
await tests('unit, integration and fault tests', vitest);
await tests('end to end, in Chromium', playwright);
await checked;

finish();

/**
 * Checks that run beside each other and the tests, with what those leave of the cores; each prints its output when it has ended.
 * @param {Record<string, string[]>} checks
 */
async function sideBySide(checks) {
	const started = performance.now();
	const running = Object.entries(checks).map(async ([title, [command = '', ...args]]) => {
		const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
		if (child.pid) setPriority(child.pid, 10);
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
async function step(title, command, args) {
	if ((await run(title, command, args)) === 0) return;
	fail(title);
	if (title === 'build') finish();
}

/** @param {string} what */
function fail(what) {
	count.failed++;
	failures.push(what);
}

function finish() {
	if (passedAlone.length > 0)
		console.log(`\n── what failed beside other tests, and passed alone\n${passedAlone.join('\n\n')}\n`);
	if (failures.length > 0) console.log(`\n── what failed\n${failures.join('\n\n')}\n`);
	const alone = passedAlone.length > 0 ? `, of them ${passedAlone.length} only alone` : '';
	console.log(`${count.passed} passed${alone}, ${count.failed} failed`);
	process.exit(count.failed === 0 ? 0 : 1);
}

/**
 * Runs a runner's tests and counts them. What failed runs once more, without anything beside it (decision 0117): passing then counts,
 * and is told at the end.
 * @param {string} title @param {Runner} runner
 */
async function tests(title, runner) {
	const { status, tests } = await result(title, runner, []);
	const failed = tests.filter(({ ok }) => !ok);
	count.passed += tests.length - failed.length;
	// It could not start, or something failed besides the tests.
	if (status !== 0 && failed.length === 0) fail(`${title}: exit status ${status}, see above`);
	const isFew = failed.length > 0 && failed.length <= mostAgain;
	const again = isFew ? await result(`${title}: what failed, alone`, runner, runner.only(failed)) : null;
	for (const { file, name, why } of failed) {
		const alone = (again?.tests ?? []).filter(
			(test) => test.file === file && (test.name === name || name === file)
		);
		if (alone.length === 0 || alone.some(({ ok }) => !ok)) fail(`${name}\n${why}`);
		else {
			count.passed++;
			passedAlone.push(`${name}\n${why}`);
		}
	}
}

/**
 * @param {string} title @param {Runner} runner @param {string[]} only
 * @returns {Promise<{ status: number | null, tests: import('./test-reports.mjs').Test[] }>}
 */
async function result(title, { command, args, read }, only) {
	const report = join(reports, `${command}.json`);
	rmSync(report, { force: true });
	const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
	const status = await run(title, command, [...args(report), ...only], env);
	try {
		return { status, tests: read(JSON.parse(readFileSync(report, 'utf8'))) };
	} catch (error) {
		console.error(`The runner left no report: ${error}`);
		return { status, tests: [] };
	}
}

/**
 * Its exit status; null if it was ended by a signal.
 * @param {string} title @param {string} command @param {string[]} args @param {Record<string, string>} [env]
 * @returns {Promise<number | null>}
 */
async function run(title, command, args, env = {}) {
	console.log(`\n── ${title}`);
	const started = performance.now();
	const child = spawn(command, args, {
		stdio: ['ignore', 'inherit', 'inherit'],
		env: { ...process.env, ...env }
	});
	const [status] = /** @type {[number | null]} */ (await once(child, 'close'));
	const seconds = Math.round((performance.now() - started) / 1000);
	console.log(`── ${title}: ${status === 0 ? 'ok' : 'FAILED'}, ${seconds} s`);
	return status;
}
