// The thread that merges log lines, so that neither appends nor readers wait for its work. lib/server/logs/sealer.ts starts it.
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Order } from '../lib/server/logs/sealer.ts';
import { Sealing } from '../lib/server/logs/sealing.ts';
import { connect } from '../lib/server/postgres/connect.ts';
import { yieldToServer } from '../lib/server/threads/priority.ts';
import { knownOf } from '../lib/server/threads/serve.ts';

yieldToServer();
const { url, prepare } = workerData as { url: string; prepare: boolean };
// One for the step under way, and one to make the partition it needs.
const sql = connect(url, { max: 2, prepare, name: 'tailrace sealing' });
const stopping = new AbortController();
const say = (answer: Answer) => parentPort?.postMessage(answer);

const sealing = new Sealing(sql, {
	signal: stopping.signal,
	damaged: ({ message }) => say({ kind: 'damaged', message }),
	merged: (chunks, lines) => say({ kind: 'merged', chunks, lines })
});

async function run(): Promise<void> {
	try {
		await sealing.run();
		say({ kind: 'done', waiting: await sealing.waiting() });
	} catch (error) {
		say({ kind: 'failed', error, known: knownOf(error) });
	}
}

async function stop(): Promise<void> {
	stopping.abort();
	await sql.end({ timeout: 5 });
	parentPort?.close();
}

parentPort?.on('message', (order: Order) => void (order === 'run' ? run() : stop()));
