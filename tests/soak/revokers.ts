import { setTimeout as sleep } from 'node:timers/promises';
import * as keys from '../../src/lib/server/access/keys.ts';
import { operator } from '../../src/lib/server/audit/audit.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { bearer, call, insist, jsonOf, shown } from './calls.ts';
import type { Fleet } from './fleet.ts';
import { Rounds } from './rounds.ts';
import type { Tenant } from './tenants.ts';

/** A server trusts a key for 15 s without a wake-up (access/key-cache.ts), which may be lost; the rest is for a slow machine. */
export const refusedWithinMs = 20_000;
const useMs = 2_000;
const postMs = 200;
/** Refusals in a row of each server, after which it is believed. */
const enough = 2;

/** One line sent with a key, once. */
interface Attempt {
	message: string;
	server: number;
	/** When it was sent, in ms after the key was revoked; negative before that. */
	at: number;
	/** Its place, if it was acknowledged. */
	seq: number | null;
	status: number;
}

/** A key's life, told to the reckoning. */
export interface Revoked {
	tenant: Tenant;
	attempts: Attempt[];
	/** The last that was accepted, in ms after the revocation. */
	acceptedMs: number;
	/** When the last of its streams had ended, in ms after the revocation; null: not in time. */
	endedMs: number | null;
}

/** Creates keys, uses them on all servers, and revokes them as their owner does. */
export class Revoker extends Rounds {
	readonly revoked: Revoked[] = [];
	readonly faults: string[] = [];
	readonly #fleet: Fleet;
	readonly #tenants: readonly Tenant[];
	readonly #everyMs: number;

	constructor(fleet: Fleet, tenants: readonly Tenant[], everyMs: number) {
		super();
		this.#fleet = fleet;
		this.#tenants = tenants;
		this.#everyMs = everyMs;
	}

	protected async round(turn: number): Promise<void> {
		const tenant = this.#tenants[turn % this.#tenants.length] as Tenant;
		await this.#live(tenant).catch((error: unknown) => this.#fault(tenant, String(error)));
		await sleep(this.#everyMs * (0.5 + Math.random()));
	}

	async #live(tenant: Tenant): Promise<void> {
		const { id, key } = await this.#make(tenant);
		const viewers = this.#fleet.origins.map(
			(origin) =>
				new Viewer({ origin: () => origin, headers: bearer(key), path: '/api/logs/stream', receive() {} })
		);
		try {
			const use = new Use(tenant, id, key, this.#fleet.origins);
			const using = use.run();
			await sleep(useMs);
			const isRevoked = await this.#revoke(tenant, id);
			use.revokedAt = performance.now();
			const ended = Promise.all(viewers.map((viewer) => viewer.until(isOver, refusedWithinMs)));
			const endedMs = await ended.then(
				() => performance.now() - use.revokedAt,
				() => null
			);
			await using;
			if (isRevoked) this.#keep(tenant, use, viewers, endedMs);
		} finally {
			viewers.forEach((viewer) => viewer.close());
		}
	}

	/** By the operator, as often as it takes while PostgreSQL is away. */
	async #make({ org }: Tenant): Promise<{ id: string; key: string }> {
		for (;;) {
			try {
				const wanted = { name: 'to be revoked', scopes: ['write', 'read'] as ['write', 'read'] };
				return await keys.create(this.#fleet.sql, org, operator, wanted);
			} catch {
				await sleep(500); // PostgreSQL restarts; a real fault comes again until the run is given up
			}
		}
	}

	/** Through the page of keys, on any server. */
	async #revoke(tenant: Tenant, id: string): Promise<boolean> {
		let origin = '';
		const next = () => (origin = this.#fleet.origins[Math.floor(Math.random() * 3)] ?? '');
		for (;;) {
			const answer = await insist(next, `/${tenant.slug}/settings/keys?/revoke`, {
				method: 'POST',
				body: `id=${id}`,
				get headers() {
					const as = { cookie: tenant.cookie, accept: 'application/json', origin };
					return { ...as, 'content-type': 'application/x-www-form-urlencoded' };
				}
			});
			const { type, status, data } = jsonOf<{ type: string; status: number; data?: string }>(answer);
			// A form that was answered twice finds the key gone at the second time: as good.
			if (type === 'success' || status === 404) return true;
			if (status >= 500) {
				await sleep(500);
				continue;
			}
			this.#fault(tenant, `key ${id} was not revoked: ${shown(answer)} ${data}`);
			return false;
		}
	}

	#keep(tenant: Tenant, { attempts, lateMs }: Use, viewers: Viewer[], endedMs: number | null): void {
		const fault = (what: string) => this.#fault(tenant, what);
		this.revoked.push({ tenant, attempts, acceptedMs: lateMs, endedMs });
		if (lateMs > refusedWithinMs)
			fault(`a line was accepted ${Math.round(lateMs)} ms after its key was revoked`);
		for (const { open, ended, statuses } of viewers) {
			const seen = JSON.stringify({ open, ended, statuses });
			if (endedMs === null) fault(`not all ended within ${refusedWithinMs} ms of their key: ${seen}`);
			if (ended !== null && !expected.includes(ended)) fault(`a stream ended with "${ended}"`);
		}
	}

	#fault({ mark }: Tenant, what: string): void {
		this.faults.push(`${new Date().toISOString()} ${mark}: ${what}`);
	}
}

/** A server that stops says so, and the next one refuses the key. */
const expected = ['access removed', 'server stopping'];

const isOver = ({ open, ended, statuses }: Viewer) =>
	!open && (ended === 'access removed' || statuses.at(-1) === 401);

/** Lines sent with a key, to each server by turns, until each has refused it for good. */
class Use {
	readonly attempts: Attempt[] = [];
	revokedAt = Infinity;
	readonly #tenant: Tenant;
	readonly #id: string;
	readonly #key: string;
	readonly #origins: readonly string[];

	constructor(tenant: Tenant, id: string, key: string, origins: readonly string[]) {
		this.#tenant = tenant;
		this.#id = id;
		this.#key = key;
		this.#origins = origins;
	}

	/** When the last line was sent that was accepted, in ms after the revocation; 0 if it was before. */
	get lateMs(): number {
		return Math.max(0, ...this.attempts.filter(({ seq }) => seq !== null).map(({ at }) => at));
	}

	async run(): Promise<void> {
		const refused = this.#origins.map(() => 0);
		const giveUpMs = 3 * refusedWithinMs;
		for (let index = 0; !refused.every((times) => times >= enough); index++) {
			const server = index % this.#origins.length;
			const { status, at } = await this.#post(index, server);
			refused[server] = status === 401 ? (refused[server] ?? 0) + 1 : 0;
			if (at > giveUpMs) return; // a server is down, or takes it for ever: `lateMs` says so
			await sleep(postMs);
		}
	}

	async #post(index: number, server: number): Promise<Attempt> {
		const message = `key ${this.#tenant.mark} ${this.#id} ${index}`;
		const sentAt = performance.now();
		const headers = { ...bearer(this.#key), 'content-type': 'application/json' };
		const body = JSON.stringify({ message, service: 'revoked' });
		const answer = await call(`${this.#origins[server]}/api/logs`, { method: 'POST', headers, body });
		const { status } = answer;
		const seq = status === 200 ? (jsonOf<{ first_seq: number }>(answer).first_seq ?? null) : null;
		const attempt = { message, server, at: sentAt - this.revokedAt, seq, status };
		this.attempts.push(attempt);
		return attempt;
	}
}
