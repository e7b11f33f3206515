import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { commit } from '../../src/lib/server/logs/commit.ts';
import { line, makeOrganization } from '../support/logs/lines.ts';
import type { Sighting } from './bus-fleet.ts';
import { sharedNow } from './clock.ts';
import { Histogram } from './histogram.ts';

/** One commit of one line. Times in ms of `sharedNow`. */
export interface Committed {
	/** The index of its organization. */
	org: number;
	seq: number;
	sent: number;
	acknowledged: number;
}

/** What is appended without HTTP: one line a commit, one commit at a time for each organization. */
export class Commits {
	readonly #sql: Sql;
	readonly orgs: readonly string[];

	private constructor(sql: Sql, orgs: readonly string[]) {
		this.#sql = sql;
		this.orgs = orgs;
	}

	static async open(sql: Sql, organizations: number): Promise<Commits> {
		const orgs: string[] = [];
		while (orgs.length < organizations) orgs.push(await makeOrganization(sql));
		return new Commits(sql, orgs);
	}

	/** Commits to the first `organizations` at a rate, or as near to it as they come. */
	async run(perSecond: number, organizations: number, seconds: number): Promise<Committed[]> {
		const every = (1000 * organizations) / perSecond;
		const started = performance.now();
		const until = started + 1000 * seconds;
		const all: Committed[] = [];
		const send = async (id: string, org: number) => {
			for (let due = started + (every * org) / organizations; due < until; due += every) {
				if (due > performance.now()) await sleep(due - performance.now());
				if (performance.now() >= until) return;
				all.push(await this.#append(id, org));
			}
		};
		await Promise.all(this.orgs.slice(0, organizations).map(send));
		return all;
	}

	async #append(id: string, org: number): Promise<Committed> {
		const sent = sharedNow();
		const report = { accepted: 1, rejected: 0 };
		const entries = [line('GET /checkout answered in 12 ms')];
		const request = { org: id, entries, report, bytes: 100, idempotencyKey: null };
		const { answers } = await commit(this.#sql, [request]).done;
		return { org, seq: answers[0]?.last_seq ?? 0, sent, acknowledged: sharedNow() };
	}
}

/** How long the answers took. */
export function acknowledgements(commits: readonly Committed[]): Histogram {
	const times = new Histogram();
	for (const { sent, acknowledged } of commits) times.add(acknowledged - sent);
	return times;
}

/**
 * From sending a commit to each listener's first sight of it. Those that read say which line they have come to; of the others it is the
 * first wake-up of the organization after the one for the commit before.
 */
export function sights(commits: readonly Committed[], sightings: readonly Sighting[]): Histogram {
	const times = new Histogram();
	const byOrganization = Map.groupBy(commits, ({ org }) => org);
	const ofOne = Map.groupBy(sightings, ({ instance, topic }) => `${instance} ${topic}`);
	for (const seen of ofOne.values()) {
		let next = 0;
		for (const { seq, sent } of byOrganization.get(seen[0]?.topic ?? -1) ?? []) {
			while (seen[next] && isBefore(seen[next] as Sighting, seq, sent)) next++;
			const at = seen[next]?.at;
			if (at !== undefined) times.add(at - sent);
			if (seen[next]?.seq === null) next++;
		}
	}
	return times;
}

const isBefore = (sighting: Sighting, seq: number, sent: number) =>
	sighting.seq === null ? sighting.at < sent : sighting.seq < seq;
