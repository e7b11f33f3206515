import type { Logger } from 'pino';
import type { Outage } from '../../log/outage.ts';
import { Disk } from './disk.ts';
import { Outages } from '../stream/outages.ts';
import { runNow } from '../maintenance.ts';
import { isAway } from '../postgres/connect.ts';
import type { Probe } from './probe.ts';
import * as readiness from './readiness.ts';
import { Watch } from './watch.ts';

interface Surroundings {
	/** On its own connection: it does not matter if another is busy. */
	probe: Probe;
	bridge: { connected: boolean };
	/** The data folder, and whether it also holds the lines. */
	folder: string;
	holdsLines: boolean;
	/** Whether it also holds the logs of deploys. */
	holdsDeploys: boolean;
	log: Logger;
	/** Removes data past its retention. */
	clear(): Promise<unknown>;
}

/** Watches what requests need, the database and room on the disk, and tells streams of it, until closed. */
export function health({ probe, bridge, folder, holdsLines, holdsDeploys, log, clear }: Surroundings) {
	const outages = new Outages();
	const makeRoom = () => runNow([{ name: 'room', everyMs: Infinity, run: clear }], log);
	const disk = new Disk({
		folder,
		holdsLines,
		holdsDeploys,
		log,
		changed(isFull) {
			watch.doubt();
			if (isFull) makeRoom();
		}
	});
	const look = () => readiness.faults(probe, bridge, disk);
	const watch = new Watch(
		async () => outageIn(await look()),
		(outage) => {
			log.warn({ outage }, outage ? 'an outage has begun' : 'the outage is over');
			void outages.say(outage);
		}
	);

	let isLeaving = false;

	/** Why requests should not be sent here now. They are served as soon as this finds no fault. */
	async function faults(): Promise<string[]> {
		if (isLeaving) return ['The server is stopping.'];
		const found = await look();
		watch.note(outageIn(found));
		return found;
	}

	/** Has balancers look elsewhere: from now on the server is not ready. What comes all the same is served. */
	function leave(): void {
		isLeaving = true;
	}

	disk.start();
	watch.start();

	/** Called when a stream could not be read: it retries by itself. */
	function failed(error: unknown): void {
		if (!isAway(error)) return log.error({ err: error }, 'a stream could not be read');
		log.debug({ err: error }, 'a stream waits for the database');
		watch.doubt();
	}

	async function close(): Promise<void> {
		watch.close();
		await disk.close();
	}

	return { outages, disk, watch, makeRoom, faults, leave, failed, close };
}

function outageIn(faults: readonly string[]): Outage['outage'] | null {
	if (faults.length === 0) return null;
	return faults.every((fault) => fault === readiness.full) ? 'disk' : 'database';
}
