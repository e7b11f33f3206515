/** One thing measured, next to what it must reach. */
export interface Measure {
	what: string;
	measured: string;
	must: string;
	/** What the machine itself gave in the same run; empty where there is nothing to compare with. */
	floor: string;
	ok: boolean;
}

/** Registers what is to be undone when the trial is over, however it ends; the last registered goes first. */
export type Defer = (undo: () => unknown) => void;

/** Seconds that a trial's load lasts; the environment can shorten it while working on something. */
export const seconds = (usual: number) => Number(process.env.BENCH_SECONDS || usual);

/** Runs a trial in this process, cleans up, and hands what it measured to run.ts. */
export async function trial(measure: (defer: Defer) => Promise<Measure[]>): Promise<void> {
	const undos: (() => unknown)[] = [];
	let cleaning = Promise.resolve();
	let stopping = false;
	const cleanUp = () => (cleaning = cleaning.then(() => undo(undos)));
	function defer(act: () => unknown): void {
		undos.push(act);
		if (stopping) throw new Error('the trial was told to stop');
	}
	// What is measured is taken away, so the trial fails, and ends as after any failure.
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		process.once(signal, () => {
			stopping = true;
			void cleanUp();
		});
	}
	try {
		const measures = await measure(defer);
		if (process.send) process.send(measures);
		else console.table(measures);
	} finally {
		await cleanUp();
	}
	process.exit(0);
}

async function undo(undos: (() => unknown)[]): Promise<void> {
	for (let act = undos.pop(); act; act = undos.pop()) await act();
}

/** How far a trial has come, on stderr: stdout is for the table. */
export function say(text: string): void {
	process.stderr.write(`    ${text}\n`);
}
