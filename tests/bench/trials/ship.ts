// `tailrace ship` on 50 files that grow by 10,000 lines/s together: what it takes, and whether every line arrives once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { headOf } from '../../support/server/calls.ts';
import { root } from '../../support/server/server.ts';
import { count, megabytes } from '../format.ts';
import { product } from '../targets.ts';
import { say, seconds, trial, type Defer } from '../trial.ts';

const files = 50;
const linesPerSecond = 10_000;
const tickMs = 50;
const linesOfTick = (linesPerSecond * tickMs) / 1000 / files;
const mostMemory = 60 * 2 ** 20; // bytes
/** As the unit in docs/ship.md runs it. */
const small = {
	NODE_OPTIONS: '--jitless --max-semi-space-size=1 --max-old-space-size=14',
	MALLOC_ARENA_MAX: '1'
};
/** How long the last lines may take, in ms. */
const patience = 30_000;

await trial(async (defer) => {
	const target = await product(defer);
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-bench-ship-'));
	defer(() => rmSync(folder, { recursive: true }));
	const idle = await idleNode();
	const ship = start(defer, folder, target);
	const written = await write(folder, seconds(30));
	const ended = performance.now();
	let head = 0;
	while (head < written && performance.now() < ended + patience) {
		head = await headOf(target.url, target.key);
		await sleep(20);
	}
	const late = performance.now() - ended;
	const { peak, own, cpu } = ship.cost();
	const isWhole = head === written && (await ship.end()) === 0;
	say(
		`${count(written)} lines, the last ones ${Math.round(late)} ms after they were written; ${cpu.toFixed(1)} s of CPU`
	);
	return [
		{
			what: 'lines that arrived, of 50 files',
			measured: `${count(head)} of ${count(written)}`,
			must: 'all, once',
			floor: '',
			ok: isWhole
		},
		{
			what: 'memory of the process, at most',
			measured: megabytes(peak),
			must: `≤ ${megabytes(mostMemory)}`,
			floor: `an idle Node: ${megabytes(idle)}`,
			ok: peak <= mostMemory
		},
		{
			what: 'of it not pages of the Node program, at the end',
			measured: megabytes(own),
			must: `≤ ${megabytes(mostMemory)}`,
			floor: '',
			ok: own <= mostMemory
		}
	];
});

function start(defer: Defer, folder: string, { url, key }: { url: string; key: string }) {
	const words = [
		'build/cli.mjs',
		'ship',
		join(folder, '*.log'),
		'--service',
		'bench',
		'--state',
		join(folder, 'state')
	];
	const env = { ...process.env, ...small, TAILRACE_URL: url, TAILRACE_KEY: key };
	const child = spawn(process.execPath, words, { cwd: root, env, stdio: ['ignore', 'ignore', 2] });
	defer(() => child.kill('SIGKILL'));
	const exited = once(child, 'exit').then(([status]) => status as number | null);
	return {
		cost: () => costOf(child.pid as number),
		end: () => (child.kill('SIGTERM'), exited)
	};
}

/**
 * The most memory so far, what is its own now, both in bytes, and seconds on a core. Source: proc(5), VmHWM, RssAnon, and utime
 * and stime in hundredths.
 */
function costOf(pid: number): { peak: number; own: number; cpu: number } {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.split(') ')[1]!
		.split(' ')
		.slice(11, 13)
		.map(Number);
	const bytes = (name: string) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
	return { peak: bytes('VmHWM'), own: bytes('RssAnon'), cpu: (user + system) / 100 };
}

/** What Node takes by itself. */
async function idleNode(): Promise<number> {
	const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e6); console.log()'], {
		stdio: 'pipe'
	});
	await once(child.stdout, 'data');
	const { peak } = costOf(child.pid as number);
	child.kill();
	return peak;
}

/** Appends at that rate for so long; gives the lines written. */
async function write(folder: string, forS: number): Promise<number> {
	const began = performance.now();
	let written = 0;
	for (let tick = 1; tick * tickMs <= forS * 1000; tick++) {
		for (let file = 0; file < files; file++) {
			const lines = Array.from({ length: linesOfTick }, () => line(written++));
			appendFileSync(join(folder, `${file}.log`), lines.join(''));
		}
		await sleep(Math.max(0, began + tick * tickMs - performance.now()));
	}
	return written;
}

function line(number: number): string {
	return `${new Date().toISOString()} INFO request ${number} GET /api/orders/${number % 977} 200 in ${number % 250} ms\n`;
}
