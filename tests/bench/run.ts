// npm run bench [-- TRIAL… [--json] [--profile]]: every trial, or those named, each in a process of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Measure } from './trial.ts';
import { trials } from './trials.ts';

/** How long a trial that was told to stop may take to clean up, in ms. */
const cleanUpMs = 30_000;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { json: { type: 'boolean' }, profile: { type: 'boolean' } }
});
const unknown = positionals.filter((name) => !trials.some((trial) => trial.name === name));
if (unknown.length > 0)
	fail(`No such trial: ${unknown.join(', ')}. There are ${trials.map(({ name }) => name).join(', ')}.`);
if (!existsSync(new URL('../../build/server.js', import.meta.url)))
	fail('There is no build: run "npm run build" first.');

const chosen = trials.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const rows: (Measure & { trial: string })[] = [];
for (const { name, about, withinS } of chosen) {
	process.stderr.write(`${name}: ${about}\n`);
	const measures = await run(name, withinS * 1000);
	rows.push(...measures.map((measure) => ({ trial: name, ...measure })));
}
console.log(values.json ? JSON.stringify(rows, null, '\t') : table(rows));
process.exit(rows.every(({ ok }) => ok) ? 0 : 1);

/** What a trial measured; a trial that fails is a row that is not ok. */
function run(name: string, withinMs: number): Promise<Measure[]> {
	const path = fileURLToPath(new URL(`trials/${name}.ts`, import.meta.url));
	const env = { ...process.env, ...(values.profile && { BENCH_PROFILE: '1' }) };
	const child = spawn(process.execPath, [path], { env, stdio: ['ignore', 2, 2, 'ipc'] });
	const late = setTimeout(() => child.kill('SIGTERM'), withinMs);
	const tooLate = setTimeout(() => child.kill('SIGKILL'), withinMs + cleanUpMs);
	let measures: Measure[] = [];
	child.on('message', (message) => (measures = message as Measure[]));
	return new Promise((resolve) => {
		child.on('exit', (code, signal) => {
			clearTimeout(late);
			clearTimeout(tooLate);
			if (measures.length > 0) return resolve(measures);
			resolve([
				{ what: 'the trial', measured: `failed (${signal ?? code})`, must: 'end', floor: '', ok: false }
			]);
		});
	});
}

function table(rows: (Measure & { trial: string })[]): string {
	const cells = rows.map((row) => [
		row.trial,
		row.what,
		row.measured,
		row.must,
		row.floor,
		row.ok ? 'yes' : 'NO'
	]);
	const all = [['trial', 'what', 'measured', 'must reach', 'floor in this run', 'ok'], ...cells];
	const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
	const line = (row: string[]) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd();
	const [head = [], ...body] = all.map(line);
	return [head, '-'.repeat(head.length), ...body].join('\n');
}

function fail(message: string): never {
	console.error(message);
	process.exit(2);
}
