// Looking back: 5 million lines of one day, sealed, searched over HTTP; a plain scan of the same text in one thread is the floor.
import { availableParallelism } from 'node:os';
import { zstdDecompressSync } from 'node:zlib';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { copyOut } from '../../../src/lib/server/postgres/copy.ts';
import { count, ms } from '../format.ts';
import { fillCounts, fillDay, once } from '../history.ts';
import type { Server } from '../../support/server/server.ts';
import { withDatabase } from '../store.ts';
import { product } from '../targets.ts';
import { say, trial, type Measure } from '../trial.ts';

const lines = Number(process.env.BENCH_LINES || 5_000_000);
const dayMs = 24 * 60 * 60 * 1000;
const day = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
/** Each search is made this often; the median counts. */
const runs = 5;

await trial(async (defer) => {
	const target = await product(defer);
	const org = target.account.org.id;
	return withDatabase(target, async (sql) => {
		await fillDay(sql, org, day, lines);
		say(`${count(lines)} lines are there`);
		const floor = await plainScan(sql, org);
		say(`floor: ${ms(floor)}`);
		const random = await randomDigits(target);
		const page =
			(q: string, limit = 100) =>
			() =>
				get(target, `/api/logs?limit=${limit}&q=${encodeURIComponent(q)}`);
		const first =
			(q: string, parameters = '') =>
			() =>
				firstLines(target, `limit=100${parameters}&q=${encodeURIComponent(q)}`);
		const counted = (q: string) => () =>
			get(target, `/api/logs/histogram?bars=60&q=${encodeURIComponent(q)}`);
		const measures = [
			await timed('a word that does not occur', page('nosuchword'), 40, floor),
			await timed('one that occurs once', page(once), 60, floor),
			await timed('14 digits of a random id', page(random), 250, floor),
			await timed('newest 100 of a word in 3 %, the first', first('slowly'), 50, floor),
			await timed('newest 100 of a word in 3 %', page('slowly'), 100, floor),
			await timed('newest 100 errors, the first', first('level:error'), 50, floor),
			await timed('newest 100 errors', page('level:error'), 100, floor),
			await timed(
				'newest 100 of service:service-3 -healthz, the first',
				first('service:service-3 -healthz'),
				50,
				floor
			),
			await timed('newest 100 of service:service-3 -healthz', page('service:service-3 -healthz'), 100, floor),
			await timed('count of a word in 3 %, the first lines', first('slowly', '&bars=60'), 200, floor),
			...againstFloor(
				await timed('histogram and count of a word in 3 %', counted('slowly'), 1_500, floor),
				floor
			),
			await timed(
				'a regular expression over all lines',
				counted('/after 49\\d\\d ms, 3\\d items/'),
				2_500,
				floor
			),
			await timed('histogram without text', counted(''), 150, floor),
			await timed('histogram of errors of a service', counted('level:error service:service-3'), 150, floor),
			await timed('fields without text', () => get(target, '/api/logs/fields'), 150, floor),
			await timed('one line by its number', () => get(target, `/api/logs/${lines >> 1}`), 20, floor),
			await timed('context of a line', () => get(target, `/api/logs/${lines >> 2}/context`), 20, floor),
			await exported(target),
			...(await ofThirtyDays(target, sql))
		];
		return measures;
	});
});

type Target = Awaited<ReturnType<typeof product>>;

async function get({ url, key }: Target, path: string): Promise<string> {
	const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
	const text = await response.text();
	if (!response.ok) throw new Error(`${path}: ${text}`);
	return text;
}

/** Asks for a search as it goes on, as the page does, and reads as far as its first lines. */
async function firstLines(target: Target, query: string): Promise<string> {
	const gone = new AbortController();
	const headers = { authorization: `Bearer ${target.key}`, accept: 'application/x-ndjson' };
	const response = await fetch(`${target.url}/api/logs/search?${query}`, { headers, signal: gone.signal });
	let text = '';
	for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
		text += Buffer.from(bytes).toString();
		if (text.includes('{"event":"lines"')) break;
	}
	gone.abort();
	return text;
}

async function timed(
	what: string,
	run: () => Promise<string>,
	most: number,
	floor: number
): Promise<Measure & { took: number }> {
	const took: number[] = [];
	let answer = '';
	for (let round = 0; round < runs; round++) {
		const started = performance.now();
		answer = await run();
		took.push(performance.now() - started);
	}
	const median = took.sort((a, b) => a - b)[runs >> 1] as number;
	say(`${what}: ${took.map((took) => took.toFixed(0)).join(', ')} ms; ${answer.slice(-130)}`);
	return {
		what,
		measured: ms(median),
		must: `≤ ${most} ms`,
		floor: floor ? ms(floor) : '',
		ok: median <= most,
		took: median
	};
}

/** The same time as a multiple of the floor, by how many threads search: one less than cores, at least one. */
function againstFloor(measure: Measure & { took: number }, floor: number): Measure[] {
	const workers = Math.max(1, availableParallelism() - 1);
	const ratio = (measure.took * workers) / floor;
	const most = 1.3;
	return [
		measure,
		{
			what: `the same × ${workers} threads ÷ floor`,
			measured: ratio.toFixed(2),
			must: `≤ ${most}`,
			floor: ms(floor),
			ok: ratio <= most
		}
	];
}

/** 100 million lines, which are only counted. */
async function ofThirtyDays(target: Target & { server: Server }, sql: Sql): Promise<Measure[]> {
	const { key, org } = await target.server.bootstrap('counted', 'counted@example.com');
	await fillCounts(sql, org.id, day - 29 * dayMs, 30, 12_207);
	const other = { ...target, key };
	const errors = `/api/logs/histogram?q=${encodeURIComponent('level:error service:service-4')}`;
	return [
		await timed('histogram of 30 days, from counts', () => get(other, '/api/logs/histogram'), 500, 0),
		await timed('the same of errors of a service', () => get(other, errors), 500, 0)
	];
}

/** How long one thread takes to fetch all messages, decompress them and count a word as it is written, in ms. */
async function plainScan(sql: Sql, org: string): Promise<number> {
	const started = performance.now();
	let found = 0;
	const keys = await sql<
		{ first: number }[]
	>`SELECT first_seq AS first FROM log_chunks WHERE org_id = ${org} ORDER BY 1`;
	for (let at = 0; at < keys.length; at += 16) {
		const some = keys.slice(at, at + 16).map(({ first }) => first);
		const rows = copyOut(
			sql,
			`SELECT messages FROM log_chunks WHERE org_id = '${org}' AND first_seq IN (${some.join()})`
		);
		for await (const [blob] of rows) {
			if (!blob) continue;
			const text = zstdDecompressSync(blob.subarray(1), { chunkSize: 2 ** 20 });
			for (let at = text.indexOf('slowly'); at !== -1; at = text.indexOf('slowly', at + 1)) found++;
		}
	}
	say(`the plain scan found ${count(found)}`);
	return performance.now() - started;
}

/** 14 digits out of an id in a line from the middle of the day. */
async function randomDigits(target: Target): Promise<string> {
	const { message } = JSON.parse(
		await get(target, `/api/logs?q=session&limit=1&to=${new Date(day + dayMs / 3).toISOString()}`).then(
			(text) => JSON.stringify((JSON.parse(text) as { logs: unknown[] }).logs[0])
		)
	) as { message: string };
	return /[0-9a-f]{12}/.exec(message)?.[0] ?? '';
}

async function exported({ url, key }: Target): Promise<Measure> {
	const started = performance.now();
	const response = await fetch(`${url}/api/logs`, {
		headers: { authorization: `Bearer ${key}`, accept: 'application/x-ndjson' }
	});
	let received = 0;
	for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
		for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) received++;
	}
	const rate = received / ((performance.now() - started) / 1000);
	say(`exported ${count(received)} lines`);
	return {
		what: 'export as NDJSON',
		measured: `${count(rate)} lines/s`,
		must: '≥ 150,000 lines/s',
		floor: '',
		ok: rate >= 150_000 && received === lines
	};
}
