import { setTimeout as sleep } from 'node:timers/promises';
import { openAudience, type Audience } from './audience.ts';
import { bearer, byTurns, call, insist, jsonOf } from './calls.ts';
import { Deployer } from './deployers.ts';
import type { Fleet } from './fleet.ts';
import { disturb } from './killer.ts';
import type { Plan } from './plan.ts';
import { Revoker } from './revokers.ts';
import { Sampler, type Sample } from './sampler.ts';
import { Searcher } from './searchers.ts';
import { Sender } from './senders.ts';
import { makeTenants } from './tenants.ts';

const searchers = 2;
const sayEveryMs = 30_000;
/** How long announcements may wait in the outbox when all is quiet, in ms: their longest retry, and a bit. */
const outboxMs = 90_000;

/** Everybody who uses the fleet. */
export class Scene {
	readonly senders: readonly Sender[];
	readonly searchers: readonly Searcher[];
	readonly deployers: readonly Deployer[];
	readonly revokers: readonly Revoker[];
	readonly audience: Audience;
	readonly sampler: Sampler;
	readonly #plan: Plan;
	readonly #fleet: Fleet;
	readonly #say: (text: string) => void;
	#playedMs = 0;
	#over = Infinity;

	private constructor(plan: Plan, fleet: Fleet, say: (text: string) => void, senders: readonly Sender[]) {
		const next = () => byTurns(fleet.origins);
		const many = <One>(count: number, make: () => One) => Array.from({ length: count }, make);
		const tenants = senders.map(({ tenant }) => tenant);
		this.#plan = plan;
		this.#fleet = fleet;
		this.#say = say;
		this.senders = senders;
		this.searchers = many(searchers, () => new Searcher(senders, next()));
		this.deployers = many(plan.deployers, () => new Deployer(tenants, next()));
		this.revokers = [new Revoker(fleet, tenants, plan.revokeMs)];
		const { viewers: count, stayMs } = plan;
		this.audience = openAudience({ origins: [...fleet.origins], tenants, count, stayMs });
		this.sampler = new Sampler(fleet, plan.sampleMs, () => this.#now());
	}

	static async set(plan: Plan, fleet: Fleet, say: (text: string) => void): Promise<Scene> {
		const tenants = await makeTenants(fleet.sql, plan.organizations);
		const each = plan.linesPerSecond / plan.organizations;
		const senders = tenants.map((tenant) => new Sender(tenant, each, byTurns(fleet.origins)));
		return new Scene(plan, fleet, say, senders);
	}

	/** Lines that were due in the time that was played. */
	get wantedLines(): number {
		return (this.#playedMs / 1000) * this.#plan.linesPerSecond;
	}

	/** What was measured under load. */
	get samples(): Sample[] {
		return this.sampler.samples.filter(({ at }) => at <= this.#over);
	}

	/** Resolves when the time is over and all that was begun has been acknowledged. */
	async play(): Promise<void> {
		const workers = [...this.senders, ...this.searchers, ...this.deployers, ...this.revokers];
		const began = performance.now();
		for (const worker of workers) worker.start();
		this.sampler.start();
		const over = AbortSignal.timeout(this.#plan.durationMs);
		const disturbing = disturb(this.#fleet, this.#plan, over, this.#say);
		const saying = setInterval(() => this.#say(JSON.stringify(this.#now())), sayEveryMs);
		await Promise.all([sleep(this.#plan.durationMs), disturbing]);
		this.#playedMs = performance.now() - began;
		this.#over = Date.now();
		clearInterval(saying);
		await Promise.all([...this.deployers, ...this.revokers, ...this.searchers].map((one) => one.stop()));
		this.#playedMs = performance.now() - began;
		await Promise.all(this.senders.map((sender) => sender.stop()));
	}

	/** The last line of each organization, when all announcements are among them. */
	async heads(): Promise<Record<string, number>> {
		await this.#metric('tailrace_outbox_waiting', outboxMs);
		const heads: Record<string, number> = {};
		for (const { tenant } of this.senders) {
			const given = { headers: bearer(tenant.key) };
			const answer = await insist(byTurns(this.#fleet.origins), '/api/logs?limit=1', given);
			heads[tenant.mark] = jsonOf<{ head: number }>(answer).head;
		}
		return heads;
	}

	/** Streams that all servers together still count, after a moment. */
	streamsLeft(): Promise<number> {
		return this.#metric('tailrace_streams', 30_000);
	}

	async stored(): Promise<{ mark: string; lines: number; head: number }[]> {
		const rows = await this.#fleet.sql<{ org: string; lines: number; head: number }[]>`
			SELECT org_id AS org, sum(lines)::int8 AS lines, max(last_seq) AS head FROM log_chunks GROUP BY org_id`;
		const marks = new Map(this.senders.map(({ tenant }) => [tenant.org, tenant.mark]));
		return rows.map(({ org, lines, head }) => ({ mark: marks.get(org) ?? org, lines, head }));
	}

	/** Waits until a metric is 0 on all servers together; gives it. */
	async #metric(name: string, withinMs: number): Promise<number> {
		for (const until = performance.now() + withinMs; ; await sleep(500)) {
			const answers = await Promise.all(this.#fleet.origins.map((origin) => call(`${origin}/metrics`, {})));
			const rows = answers.flatMap(({ body }) => [
				...String(body).matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)`, 'gm'))
			]);
			const sum = rows.reduce((sum, [, value]) => sum + Number(value), 0);
			if ((rows.length > 0 && sum === 0) || performance.now() > until) return sum;
		}
	}

	#now(): Record<string, number> {
		const sum = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
		const seen = this.audience.now();
		return {
			acknowledged: sum(this.senders.map((sender) => sender.acknowledged)),
			behind: sum(this.senders.map((sender) => sender.behind)),
			longestMs: Math.round(Math.max(...this.senders.map((sender) => sender.longestMs))),
			searches: sum(this.searchers.map((searcher) => searcher.searches)),
			deploys: sum(this.deployers.map((deployer) => deployer.ended.length)),
			keys: sum(this.revokers.map((revoker) => revoker.revoked.length)),
			viewers: seen?.open ?? 0,
			came: seen?.came ?? 0,
			seen: seen?.lines ?? 0,
			lateMs: Math.round(seen?.lateMs ?? 0),
			faults: this.#faults()
		};
	}

	#faults(): number {
		const workers = [...this.senders, ...this.searchers, ...this.deployers, ...this.revokers];
		return workers.reduce((sum, { faults }) => sum + faults.length, this.audience.now()?.faultCount ?? 0);
	}
}
