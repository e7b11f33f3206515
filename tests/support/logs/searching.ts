import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import * as query from '../../../src/lib/log/query.ts';
import type { Job, Results } from '../../../src/lib/server/search/job.ts';
import type { Asked } from '../../../src/lib/server/search/asked.ts';
import { LogSearch } from '../../../src/lib/server/search/search.ts';
import { logStore } from '../../../src/lib/server/logs/store.ts';
import { Threads } from '../../../src/lib/server/threads/threads.ts';
import { isCluster, type TestDatabase } from '../server/database.ts';

const program = pathToFileURL(join(import.meta.dirname, '../../../src/threads/searcher.ts'));

/** A search with threads of its own, as a server has it. */
export function searching({ sql, url }: TestDatabase, most = 2) {
	const log = pino({ level: 'silent' });
	const data = { url, prepare: true, onCitus: isCluster, level: 'silent' };
	const threads = new Threads<Job, Results[Job['kind']]>({ program, most, data, heapMb: 512, log });
	return { search: new LogSearch({ sql, store: logStore(sql), threads, log }), close: () => threads.close() };
}

/** A search for the newest 100 lines of an organization by time, with what is asked otherwise. */
export function asking(org: string, more: Partial<Asked> = {}): Asked {
	const text = more.text ?? '';
	const parsed = query.parse(text);
	if (!parsed.ok) throw new Error(parsed.error.message);
	return {
		org,
		text,
		query: parsed.query,
		from: -Infinity,
		to: Infinity,
		first: 1,
		last: Number.MAX_SAFE_INTEGER,
		order: { by: 'time', newestFirst: true },
		after: null,
		counted: null,
		limit: 100,
		histogram: null,
		fields: null,
		patience: 60_000,
		signal: new AbortController().signal,
		...more
	};
}
