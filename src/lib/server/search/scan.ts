import { levels, levelOf } from '../../log/entry.ts';
import type { Predicate } from '../../log/predicate.ts';
import { CorruptChunk } from '../logs/chunks/bytes.ts';
import { Line } from '../logs/chunks/line.ts';
import { fetchBlobs, type Fetched } from './fetch.ts';
import { count, FieldCounts } from './field-counts.ts';
import type { Buckets, Found, Scanned, ScanJob, Values, Wanted } from './job.ts';
import type { Needs } from './needs.ts';
import { open, type Opened } from './opened.ts';
import { compare, placeOf, type Place } from './order.ts';
import type { Sql } from '../postgres/connect.ts';

/** A query as a scan uses it. */
export interface Compiled {
	matches: Predicate;
	needs: Needs;
}

/** A matching line: where it is, and its place in the order. */
interface Match extends Place {
	chunk: Wanted;
	index: number;
}

/** A chunk was merged or removed while it was looked through. */
class Moved extends Error {}

/** Looks through some chunks. They are fetched in one query, and those with lines that are wanted once more for what they lack. */
export async function scan(sql: Sql, job: ScanJob, compiled: Compiled): Promise<Scanned> {
	for (;;) {
		try {
			return await attempt(sql, job, compiled);
		} catch (error) {
			if (!(error instanceof Moved)) throw error; // next time it is missing from the beginning
		}
	}
}

async function attempt(sql: Sql, job: ScanJob, compiled: Compiled): Promise<Scanned> {
	const { needs } = compiled;
	const fetched = await fetchBlobs(sql, job.org, job.chunks, needs);
	const scanned = nothing(job, fetched);
	const matches: Match[] = [];
	for (const [chunk, blobs] of fetched) {
		const found = unlessDamaged(scanned, chunk, () =>
			lookThrough(job, compiled, chunk, open(blobs, blobs.receivedAt, needs), scanned)
		);
		for (const match of found ?? []) matches.push(match);
	}
	matches.sort(compare);
	const after = job.after;
	const behind = after ? matches.filter((match) => compare(after, match) < 0) : matches;
	const wanted = behind.slice(0, job.limit);
	scanned.hasMore = behind.length > wanted.length;
	const sampled = job.fields === null ? [] : matches.slice(0, job.fields);
	await read(sql, job, scanned, { wanted, sampled, fetched, needs });
	return scanned;
}

function nothing({ chunks, histogram, facets }: ScanJob, fetched: ReadonlyMap<Wanted, Fetched>): Scanned {
	return {
		lines: [],
		hasMore: false,
		matched: 0,
		looked: 0,
		histogram: histogram && new Uint32Array(histogram.count * levels.length),
		fields: null,
		sampled: 0,
		facets: facets ? new Map() : null,
		missing: chunks.filter((chunk) => !fetched.has(chunk)),
		damaged: []
	};
}

/** What is read of a chunk; null if it turns out to be damaged, which is noted. */
function unlessDamaged<Result>(scanned: Scanned, { first_seq }: Wanted, read: () => Result): Result | null {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof CorruptChunk)) throw error;
		scanned.damaged.push(`The chunk from line ${first_seq} on ${error.message}`);
		return null;
	}
}

/** The matches in a chunk; counts them and their bars. */
function lookThrough(
	{ from, to, order, histogram }: ScanJob,
	{ matches, needs }: Compiled,
	chunk: Wanted,
	opened: Opened,
	scanned: Scanned
): Match[] {
	const found: Match[] = [];
	const [first, last] = chunk.within.map((seq) => seq - chunk.first_seq) as [number, number];
	const look = (index: number) => {
		const time = opened.timeAt(index);
		if (time < from || time >= to || !matches(opened.entryAt(index))) return;
		found.push({ chunk, index, ...placeOf(order, time, chunk.first_seq + index) });
		if (histogram && scanned.histogram) add(scanned.histogram, histogram, time, opened.severityAt(index));
		if (scanned.facets) countFacets(scanned.facets, opened, index);
	};
	const candidates = opened.candidates(needs);
	if (candidates) for (const index of candidates) if (index >= first && index <= last) look(index);
	if (!candidates) for (let index = first; index <= Math.min(last, opened.count - 1); index++) look(index);
	scanned.looked += last - first + 1;
	scanned.matched += found.length;
	return found;
}

function countFacets(facets: Values, opened: Opened, index: number): void {
	count(facets, 'level', levelOf(opened.severityAt(index)));
	count(facets, 'service', opened.serviceAt(index));
	const host = opened.hostAt(index);
	if (host !== null) count(facets, 'host', host);
}

function add(bars: Uint32Array, { from, width, count }: Buckets, time: number, severity: number): void {
	const bar = Math.floor((time - from) / width);
	if (bar < 0 || bar >= count) return;
	const level = Math.min(5, Math.max(0, (severity - 1) >> 2));
	const at = bar * levels.length + level;
	bars[at] = (bars[at] as number) + 1;
}

/** All columns. */
const whole = { messages: true, attributes: true };

interface Chosen {
	wanted: readonly Match[];
	sampled: readonly Match[];
	fetched: ReadonlyMap<Wanted, Fetched>;
	needs: Needs;
}

/** Reads the lines that were chosen as a whole. */
async function read(sql: Sql, job: ScanJob, scanned: Scanned, chosen: Chosen): Promise<void> {
	const { wanted, sampled, fetched, needs } = chosen;
	const chunks = [...new Set([...wanted, ...sampled].map(({ chunk }) => chunk))];
	const lacks = !needs.messages || !needs.attributes;
	const bytes = lacks ? await fetchBlobs(sql, job.org, chunks, whole) : fetched;
	const opened = new Map<Wanted, Opened>();
	for (const chunk of chunks) {
		const blobs = bytes.get(chunk);
		if (!blobs) throw new Moved();
		const found = unlessDamaged(scanned, chunk, () => open(blobs, blobs.receivedAt, whole));
		if (found) opened.set(chunk, found);
	}
	const lines: Found[] = [];
	for (const { chunk, index } of wanted) {
		const line = opened.get(chunk)?.lineAt(index);
		const seq = chunk.first_seq + index;
		if (line) lines.push({ seq, time: line.time, json: new Line(seq, line).json });
	}
	scanned.lines = lines;
	if (job.fields === null) return;
	const fields = new FieldCounts();
	for (const { chunk, index } of sampled) {
		const line = opened.get(chunk)?.lineAt(index);
		if (line) fields.add(line);
	}
	scanned.fields = fields.values;
	scanned.sampled = sampled.length;
}
