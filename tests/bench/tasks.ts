/** An event of Chromium's trace; times in µs. Source: the Trace Event Format, "complete events". */
interface TraceEvent {
	name: string;
	ph: string;
	pid: number;
	tid: number;
	ts: number;
	dur?: number;
	tdur?: number;
	args?: { name?: string; data?: { functionName?: string; type?: string } };
}

/** A task of the main thread, in ms. */
export interface Task {
	/** From its begin to its end, which on a busy machine includes waiting for a core. */
	wall: number;
	/** On a core. */
	cpu: number;
	/** The longest steps in it. */
	parts: string;
}

/** What tasks are recorded from. */
export const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];

/** The main thread's tasks of the page, longest first. */
export function tasks(trace: Buffer): Task[] {
	const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
	const tasksOf = Map.groupBy(traceEvents.filter(isTask), ({ pid, tid }) => `${pid} ${tid}`);
	const main = traceEvents.filter(({ args }) => args?.name === 'CrRendererMain');
	const threads = main.map((thread) => tasksOf.get(`${thread.pid} ${thread.tid}`) ?? []);
	// A browser has several renderers: the page's is the one that worked.
	const busiest = threads.sort((a, b) => work(b) - work(a))[0] ?? [];
	return busiest.sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0)).map((task) => describe(task, traceEvents));
}

const isTask = ({ name, ph }: TraceEvent) => name === 'RunTask' && ph === 'X';
const work = (events: TraceEvent[]) => events.reduce((sum, { dur = 0 }) => sum + dur, 0);

function describe(task: TraceEvent, events: readonly TraceEvent[]): Task {
	const { dur = 0, tdur = 0 } = task;
	return { wall: dur / 1000, cpu: tdur / 1000, parts: dur > 20_000 ? partsOf(task, events) : '' };
}

function partsOf(task: TraceEvent, events: readonly TraceEvent[]): string {
	return events
		.filter(({ pid, tid, ph }) => ph === 'X' && pid === task.pid && tid === task.tid)
		.filter(({ ts, dur = 0 }) => ts > task.ts && ts + dur <= task.ts + (task.dur ?? 0) && dur > 3_000)
		.sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0))
		.slice(0, 5)
		.map(({ name, dur = 0, args }) => `${name} ${args?.data?.functionName ?? ''} ${Math.round(dur / 1000)}`)
		.join(', ');
}
