import { setTimeout as sleep } from 'node:timers/promises';
import { batchMs, Delays, DeployRun, type Printing } from './deploy-run.ts';
import type { Target } from './targets.ts';
import type { Defer } from './trial.ts';

/** Deploys that run at the same time, a viewer on each. */
export class DeployFleet {
	readonly delays = new Delays();
	#runs: DeployRun[] = [];

	static async start(defer: Defer, target: Target, count: number): Promise<DeployFleet> {
		const fleet = new DeployFleet();
		defer(() => fleet.#runs.forEach((run) => run.close()));
		while (fleet.#runs.length < count) fleet.#runs.push(await DeployRun.start(target, fleet.delays));
		return fleet;
	}

	/** All print at this rate, the first lines of each at another moment. */
	async print(printing: Printing): Promise<void> {
		const step = batchMs / this.#runs.length;
		await Promise.all(this.#runs.map((run, index) => sleep(index * step).then(() => run.print(printing))));
	}

	/** Ends all. Whether every viewer had every byte of its deploy, once and in order, in time. */
	async finish(): Promise<boolean> {
		const whole = await Promise.all(this.#runs.map((run) => run.finish()));
		return whole.every(Boolean);
	}
}
