// A thread that searches: it fetches chunks and looks through them. lib/server/search gives it its jobs.
import { workerData } from 'node:worker_threads';
import pino from 'pino';
import { connect } from '../lib/server/postgres/connect.ts';
import { sameDatabase, Workers } from '../lib/server/postgres/workers.ts';
import type { Job, Results } from '../lib/server/search/job.ts';
import { Searcher } from '../lib/server/search/searcher.ts';
import { yieldToServer } from '../lib/server/threads/priority.ts';
import { serve } from '../lib/server/threads/serve.ts';

yieldToServer();
const { url, prepare, onCitus, level } = workerData as {
	url: string;
	prepare: boolean;
	onCitus: boolean;
	level: string;
};
const options = { max: 1, prepare, name: 'tailrace search', statementMs: 30_000 };
const log = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
const sql = connect(url, options);
const workers = new Workers({
	sql,
	open: sameDatabase(url, options),
	failed: (err, worker) =>
		log.warn({ err, worker }, 'a worker cannot be read: the coordinator is asked instead')
});
const searcher = new Searcher((org, work) => (onCitus ? workers.read(org, work) : work(sql)));

serve<Job, Results[Job['kind']]>(async (job) => {
	const result = await searcher.do(job);
	return 'lines' in result ? { result, transfer: [result.lines.bytes.buffer as ArrayBuffer] } : { result };
});
