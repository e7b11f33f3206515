// The process of all viewers, apart from what sends and measures. It is started by audience.ts, which tells it what to do.
import { setTimeout as sleep } from 'node:timers/promises';
import { byTurns } from './calls.ts';
import { Viewer } from './viewer.ts';

/** To this process: `begin` with what there is, at the end `finish` with the head of each organization. */
export type Told =
	| {
			kind: 'begin';
			origins: string[];
			tenants: { mark: string; key: string }[];
			count: number;
			stayMs: number;
	  }
	| { kind: 'finish'; heads: Record<string, number>; withinMs: number };

/** From it, every second and at the end. */
export interface Said {
	kind: 'now' | 'end';
	open: number;
	/** Viewers that were there so far. */
	came: number;
	lines: number;
	/** Times that a viewer went to another server. */
	changes: number;
	/** The longest that a viewer heard no line, in ms. */
	longestMs: number;
	/** How late this process was at its last report, in ms: a load that is late measures itself. */
	lateMs: number;
	faultCount: number;
	/** The first faults. */
	faults: string[];
	/** The longest waits for a line, in ms, and what happened in them. */
	waits: { ms: number; what: string }[];
}

const mostFaults = 100;
const mostWaits = 50;
const viewers = new Set<Viewer>();
const sum: Said = {
	kind: 'now',
	open: 0,
	came: 0,
	lines: 0,
	changes: 0,
	longestMs: 0,
	lateMs: 0,
	faultCount: 0,
	faults: [],
	waits: []
};
let closing = false;

function fault(what: string): void {
	if (sum.faultCount++ < mostFaults) sum.faults.push(`${new Date().toISOString()} ${what}`);
}

function waited(ms: number, what: string): void {
	sum.waits.push({ ms: Math.round(ms), what: `${new Date().toISOString()} ${what}` });
	if (sum.waits.length > 2 * mostWaits) sum.waits = longest();
}

const longest = () => sum.waits.toSorted((a, b) => b.ms - a.ms).slice(0, mostWaits);

type Begin = Extract<Told, { kind: 'begin' }>;

/** One chair in the audience: always taken, by one viewer after another. */
async function chair(begin: Begin, index: number): Promise<void> {
	const { mark, key } = begin.tenants[index % begin.tenants.length] as Begin['tenants'][number];
	for (let first = true; !closing; first = false) {
		const query = Math.random() < 0.7 ? '' : 'tail=200';
		const viewer = new Viewer({ mark, key, query, next: byTurns(begin.origins), fault, waited });
		viewers.add(viewer);
		sum.came++;
		// All come at the beginning, so the first of them leave at any time.
		await sleep(begin.stayMs * (first ? 2 * Math.random() : 0.5 + Math.random()));
		if (closing) return;
		leave(viewer);
	}
}

function leave(viewer: Viewer): void {
	viewer.close();
	viewers.delete(viewer);
	sum.lines += viewer.scanner.lines;
	sum.changes += Math.max(0, viewer.changes);
	sum.longestMs = Math.max(sum.longestMs, viewer.longestMs);
}

/** All that are here now must see the last line. */
async function finish(heads: Record<string, number>, withinMs: number): Promise<void> {
	closing = true;
	const until = performance.now() + withinMs;
	const isBehind = ({ mark, scanner }: Viewer) => (scanner.last ?? 0) < (heads[mark] ?? 0);
	while ([...viewers].some(isBehind) && performance.now() < until) await sleep(100);
	for (const viewer of [...viewers]) {
		const { last } = viewer.scanner;
		if (last !== heads[viewer.mark])
			fault(`a viewer of ${viewer.mark} ended at ${last} and not at ${heads[viewer.mark]}`);
		leave(viewer);
	}
	process.send?.({ ...sum, waits: longest(), kind: 'end' } satisfies Said, () => process.exit(0));
}

let reportedAt = performance.now();
const everyMs = 1_000;

function report(): void {
	const now = performance.now();
	const here = [...viewers];
	const lines = here.reduce((sum, { scanner }) => sum + scanner.lines, sum.lines);
	const longestMs = Math.max(sum.longestMs, ...here.map((viewer) => viewer.longestMs));
	const lateMs = now - reportedAt - everyMs;
	reportedAt = now;
	process.send?.({ ...sum, open: here.length, lines, longestMs, lateMs } satisfies Said);
}

process.on('message', (told: Told) => {
	if (told.kind === 'finish') return void finish(told.heads, told.withinMs);
	setInterval(report, everyMs);
	for (let index = 0; index < told.count; index++) void chair(told, index);
});
process.on('disconnect', () => process.exit(1));
