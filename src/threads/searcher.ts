// A thread that searches: it fetches chunks and looks through them. lib/server/search gives it its jobs.
import { workerData } from 'node:worker_threads';
import { connect } from '../lib/server/postgres/connect.ts';
import type { Job, Results } from '../lib/server/search/job.ts';
import { Searcher } from '../lib/server/search/searcher.ts';
import { yieldToServer } from '../lib/server/threads/priority.ts';
import { serve } from '../lib/server/threads/serve.ts';

yieldToServer();
const { url, prepare } = workerData as { url: string; prepare: boolean };
const searcher = new Searcher(
	connect(url, { max: 1, prepare, name: 'tailrace search', statementMs: 30_000 })
);

serve<Job, Results[Job['kind']]>(async (job) => {
	const result = await searcher.do(job);
	return 'lines' in result ? { result, transfer: [result.lines.bytes.buffer as ArrayBuffer] } : { result };
});
