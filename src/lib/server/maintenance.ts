import type { Logger } from 'pino';

export interface Task {
	name: string;
	everyMs: number;
	run(): Promise<unknown>;
}

/** Runs each task now, besides its turns. A failure is logged. */
export function runNow(tasks: readonly Task[], log: Logger): void {
	for (const task of tasks) void run(task, log);
}

/**
 * Runs it for each, one after another. A failure does not stop the others.
 * @throws AggregateError at the end, of all that failed.
 */
export async function forEach<Item>(
	items: Iterable<Item>,
	run: (item: Item) => Promise<unknown>
): Promise<void> {
	const failures: unknown[] = [];
	for (const item of items) await run(item).catch((error: unknown) => failures.push(error));
	if (failures.length > 0) throw new AggregateError(failures, `${failures.length} failed`);
}

/** A failure after the end comes from connections closing under a task; its next turn makes up for it. */
async function run(task: Task, log: Logger, hasEnded = () => false): Promise<void> {
	try {
		await task.run();
	} catch (error) {
		log[hasEnded() ? 'debug' : 'error']({ err: error, task: task.name }, 'maintenance failed');
	}
}

/**
 * Runs each task now and then again, `everyMs` after it ended. A failed task is logged and retried at its next turn. The
 * returned function ends it.
 */
export function maintain(tasks: readonly Task[], log: Logger): () => void {
	const timers = new Map<Task, NodeJS.Timeout>();
	let ended = false;

	async function turn(task: Task): Promise<void> {
		await run(task, log, () => ended);
		if (!ended) timers.set(task, setTimeout(() => void turn(task), task.everyMs).unref());
	}

	for (const task of tasks) void turn(task);
	return () => {
		ended = true;
		for (const timer of timers.values()) clearTimeout(timer);
	};
}
