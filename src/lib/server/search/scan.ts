import { levelIndexOf, levels, type Level } from '../../log/entry.ts';
import type { Predicate } from '../../log/predicate.ts';
import { CorruptChunk } from '../logs/chunks/bytes.ts';
import { Line } from '../logs/chunks/line.ts';
import { fetchBlobs, type Fetched } from './fetch.ts';
import { count, FieldCounts } from './field-counts.ts';
import { FoundWriter, none, type FoundLines } from './found.ts';
import type { Buckets, Scanned, ScanJob, Wanted } from './job.ts';
import type { Needs } from './needs.ts';
import { open, type Opened } from './opened.ts';
import { compare, placeOf, type Place } from './order.ts';
import { Ranges } from './ranges.ts';
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
	/** Whether it was counted before. */
	isCounted: boolean;
}

/** All columns. */
const whole = { messages: true, attributes: true };
const fewChunks = 2;

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
	// A few chunks are fetched as a whole, because most of them will have lines that are wanted.
	const isAll = job.limit > 0 && (job.limit === Infinity || job.chunks.length <= fewChunks);
	const isWhole = isAll || (needs.messages && needs.attributes);
	const scanned = nothing(job);
	const matches: Match[] = [];
	const counted = new Ranges(job.counted);
	const missing = new Set(job.chunks);
	const fetched = new Map<Wanted, Fetched>();
	for await (const [chunk, blobs] of fetchBlobs(sql, job.org, job.chunks, isAll ? whole : needs)) {
		missing.delete(chunk);
		const found = unlessDamaged(scanned, chunk, () =>
			lookThrough({ ...job, counted }, compiled, chunk, open(blobs, blobs.receivedAt, needs), scanned)
		);
		for (const match of found ?? []) matches.push(match);
		if (isWhole && found && found.length > 0) fetched.set(chunk, blobs); // to be read as a whole, below
	}
	scanned.missing = [...missing];
	matches.sort(compare);
	const behind = matches.filter((match) => isBehind(match, job.after));
	const wanted = behind.slice(0, job.limit);
	scanned.hasMore ||= behind.length > wanted.length;
	const sampled =
		job.fields === null ? [] : matches.filter(({ isCounted }) => !isCounted).slice(0, job.fields);
	await read(sql, job, scanned, { wanted, sampled, fetched, isWhole });
	return scanned;
}

const isBehind = (place: Place, after: Place | null) => after === null || compare(after, place) < 0;

function nothing({ histogram, facets }: ScanJob): Scanned {
	return {
		lines: none(),
		hasMore: false,
		matched: 0,
		looked: 0,
		histogram: histogram && new Uint32Array(histogram.count * levels.length),
		fields: null,
		sampled: 0,
		facets: facets ? new Map() : null,
		missing: [],
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

/** A job, with what was counted before as it is asked for. */
type Looking = Omit<ScanJob, 'counted'> & { counted: Ranges };

/** Counts the matches in a chunk; gives them if any line may be wanted. */
function lookThrough(
	job: Looking,
	{ matches, needs }: Compiled,
	chunk: Wanted,
	opened: Opened,
	scanned: Scanned
): Match[] {
	const { from, to, order, after, counted } = job;
	const isWanted = job.limit > 0 || (job.fields ?? 0) > 0;
	const found: Match[] = [];
	const look = (index: number) => {
		const time = opened.timeAt(index);
		if (time < from || time >= to || !matches(opened.entryAt(index))) return;
		const seq = chunk.first_seq + index;
		const isCounted = counted.has(seq);
		if (!isCounted) countMatch(scanned, job, opened, index);
		if (!isWanted && scanned.hasMore) return;
		const place = placeOf(order, time, seq);
		if (isWanted) found.push({ chunk, index, isCounted, ...place });
		else scanned.hasMore = isBehind(place, after);
	};
	const [first, last] = chunk.within.map((seq) => seq - chunk.first_seq) as [number, number];
	const candidates = opened.candidates(needs);
	if (candidates) for (const index of candidates) if (index >= first && index <= last) look(index);
	if (!candidates) for (let index = first; index <= Math.min(last, opened.count - 1); index++) look(index);
	scanned.looked += last - first + 1 - counted.countIn(chunk.within);
	return found;
}

function countMatch(scanned: Scanned, { histogram }: Looking, opened: Opened, index: number): void {
	const { histogram: bars, facets } = scanned;
	const level = levelIndexOf(opened.severityAt(index));
	scanned.matched++;
	if (histogram && bars) addToBar(bars, histogram, opened.timeAt(index), level);
	if (!facets) return;
	count(facets, 'level', levels[level] as Level);
	count(facets, 'service', opened.serviceAt(index));
	const host = opened.hostAt(index);
	if (host !== null) count(facets, 'host', host);
}

function addToBar(bars: Uint32Array, { from, width, count }: Buckets, time: number, level: number): void {
	const bar = Math.floor((time - from) / width);
	if (bar < 0 || bar >= count) return;
	const at = bar * levels.length + level;
	bars[at] = (bars[at] as number) + 1;
}

interface Chosen {
	wanted: readonly Match[];
	sampled: readonly Match[];
	fetched: ReadonlyMap<Wanted, Fetched>;
	/** Whether all columns were fetched. */
	isWhole: boolean;
}

/** Reads the lines that were chosen as a whole. */
async function read(sql: Sql, job: ScanJob, scanned: Scanned, chosen: Chosen): Promise<void> {
	const { wanted, sampled, fetched, isWhole } = chosen;
	const chunks = [...new Set([...wanted, ...sampled].map(({ chunk }) => chunk))];
	const bytes = isWhole ? fetched : new Map(await Array.fromAsync(fetchBlobs(sql, job.org, chunks, whole)));
	const opened = new Map<Wanted, Opened>();
	for (const chunk of chunks) {
		const blobs = bytes.get(chunk);
		if (!blobs) throw new Moved();
		const found = unlessDamaged(scanned, chunk, () => open(blobs, blobs.receivedAt, whole));
		if (found) opened.set(chunk, found);
	}
	scanned.lines = linesOf(wanted, opened);
	if (job.fields === null) return;
	const fields = new FieldCounts();
	for (const { chunk, index } of sampled) {
		const line = opened.get(chunk)?.lineAt(index);
		if (line) fields.add(line);
	}
	scanned.fields = fields.values;
	scanned.sampled = sampled.length;
}

/** The lines that were matched, without those of chunks that turned out to be damaged. */
function linesOf(matches: readonly Match[], opened: ReadonlyMap<Wanted, Opened>): FoundLines {
	const writer = new FoundWriter();
	for (const { chunk, index } of matches) {
		const line = opened.get(chunk)?.lineAt(index);
		const seq = chunk.first_seq + index;
		if (line) writer.add(seq, line.time, new Line(seq, line).json);
	}
	return writer.lines();
}
