// A backup of 5 million lines and 1,000 deploys while the server takes lines, and its check; a plain read of the folders is the floor.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../support/server/server.ts';
import { Connection } from '../connection.ts';
import * as deployLines from '../deploy-lines.ts';
import { DeploySender } from '../deploy-sender.ts';
import { count, megabytes, spread } from '../format.ts';
import { Histogram } from '../histogram.ts';
import { fillDay } from '../history.ts';
import { withDatabase } from '../store.ts';
import { product, type Target } from '../targets.ts';
import { say, trial } from '../trial.ts';

const lines = Number(process.env.BENCH_LINES || 5_000_000);
const deploys = 1_000;
const linesOfDeploy = 500;
const bytesOfLine = 100;
const dayMs = 24 * 60 * 60 * 1000;
const day = Math.floor(Date.now() / dayMs) * dayMs - dayMs;

await trial(async (defer) => {
	const target = await product(defer);
	await withDatabase(target, (sql) => fillDay(sql, target.account.org.id, day, lines));
	await fillDeploys(target);
	say(`${count(lines)} lines and ${count(deploys)} deploys are there`);
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-bench-'));
	defer(() => rm(folder, { recursive: true }));
	const place = join(folder, 'one');

	const alone = await acknowledged(target, () => sleep(3_000));
	const { dataDir } = target.server;
	const taking = timed(() => backup(dataDir, place));
	const beside = await acknowledged(target, () => taking);
	const took = await taking;
	const checked = await timed(() => backup(dataDir, '--check', place));
	const read = await timed(() => readAll(dataDir));
	return [
		{
			what: 'a backup, and its size',
			measured: `${took.s.toFixed(1)} s, ${megabytes(await sizeOf(place))}`,
			must: '',
			floor: `${read.s.toFixed(1)} s, ${megabytes(await sizeOf(dataDir))} (the data folder, read)`,
			ok: took.status === 0
		},
		{
			what: 'one line acknowledged meanwhile',
			measured: spread(beside),
			must: '',
			floor: `${spread(alone)} (without)`,
			ok: true
		},
		{
			what: 'its check: restored and compared',
			measured: `${checked.s.toFixed(1)} s`,
			must: 'whole',
			floor: '',
			ok: checked.status === 0
		}
	];
});

async function fillDeploys(target: Target): Promise<void> {
	const body = deployLines.lines(1, linesOfDeploy, bytesOfLine);
	let left = deploys;
	const send = async () => {
		while (left-- > 0) {
			const sender = await DeploySender.create(target);
			await sender.append(body);
			await sender.finish();
			sender.close();
		}
	};
	await Promise.all(Array.from({ length: 50 }, send));
}

/** How long single lines took, one after the other, while something ran. */
async function acknowledged(target: Target, run: () => Promise<unknown>): Promise<Histogram> {
	const times = new Histogram();
	const connection = await Connection.open(target.url, target.key, 'text/plain', 'POST /api/logs');
	let isOver = false;
	const running = run().finally(() => (isOver = true));
	while (!isOver) {
		const started = performance.now();
		const { status } = await connection.send(Buffer.from('a line'));
		if (status !== 200) throw new Error(`a line was answered ${status}`);
		times.add(performance.now() - started);
		await sleep(20);
	}
	connection.close();
	await running;
	return times;
}

async function backup(dataDir: string, ...words: string[]): Promise<number | null> {
	const env = { ...process.env, DATA_DIR: dataDir };
	const args = ['src/cli/main.ts', 'backup', ...words];
	const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
	return ((await once(child, 'exit')) as [number | null])[0];
}

async function timed<Result>(run: () => Promise<Result>): Promise<{ s: number; status: Result }> {
	const started = performance.now();
	const status = await run();
	return { s: (performance.now() - started) / 1000, status };
}

async function filesOf(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function sizeOf(folder: string): Promise<number> {
	const sizes = (await filesOf(folder)).map(async (file) => (await stat(file)).size);
	return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function readAll(folder: string): Promise<void> {
	for (const file of await filesOf(folder)) await finished(createReadStream(file).resume());
}
