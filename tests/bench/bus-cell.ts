import type { BusFleet } from './bus-fleet.ts';
import { acknowledgements, sights, type Commits } from './commits.ts';
import { cpu } from './cpu.ts';
import { count, spread } from './format.ts';
import { Histogram } from './histogram.ts';

/** How many servers, and what is committed meanwhile. */
export interface Load {
	servers: number;
	/** Whether a viewer on each of them reads every organization. */
	reads: boolean;
	organizations: number;
	perSecond: number;
}

/** One point of the curve, over all its rounds. */
export class Cell {
	readonly load: Load;
	readonly #acknowledged = new Histogram();
	readonly #seen = new Histogram();
	#commits = 0;
	#cpu = 0;
	#elapsed = 0;

	constructor(load: Load) {
		this.load = load;
	}

	async run(commits: Commits, fleet: BusFleet, postmaster: number, seconds: number): Promise<void> {
		const { servers, reads, organizations, perSecond } = this.load;
		await fleet.listen(servers, reads);
		const taken = cpu([postmaster]);
		const started = performance.now();
		const done = await commits.run(perSecond, organizations, seconds);
		this.#cpu += taken();
		this.#elapsed += performance.now() - started;
		this.#commits += done.length;
		this.#acknowledged.addAll(acknowledgements(done));
		this.#seen.addAll(sights(done, await fleet.seen()));
	}

	/** Seconds on a core that PostgreSQL took for a commit and what it caused. */
	get cpuPerCommit(): number {
		return this.#cpu / this.#commits;
	}

	/** How many µs of PostgreSQL a commit took, and how long its answer and its wake-up (or the viewer's line) took. */
	toString(): string {
		const rate = `${count((1000 * this.#commits) / this.#elapsed)} commits/s`;
		const cpu = `${count(1e6 * this.cpuPerCommit)} µs of PostgreSQL`;
		return `${rate}, ${cpu}, ack ${spread(this.#acknowledged)}, seen ${spread(this.#seen)}`;
	}
}
