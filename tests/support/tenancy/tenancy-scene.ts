import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as keys from '../../../src/lib/server/access/keys.ts';
import * as organizations from '../../../src/lib/server/organizations/organizations.ts';
import { Deploys } from '../../../src/lib/server/deploys/deploys.ts';
import { logOverview } from '../../../src/lib/server/logs/overview.ts';
import { logStore } from '../../../src/lib/server/logs/store.ts';
import { usageOf } from '../../../src/lib/server/logs/usage.ts';
import { open, type Sqlite } from '../../../src/lib/server/sqlite/connect.ts';
import { sqliteStore } from '../../../src/lib/server/deploys/sqlite/store.ts';
import type { People } from '../../../src/composition/people.ts';
import type { Tailrace } from '../../../src/tailrace.ts';
import type { Accounts } from '../people/accounts.ts';
import { testDatabase, type TestDatabase } from '../server/database.ts';
import { migrations, web } from '../deploys/deploy-scene.ts';
import { line, receive } from '../logs/lines.ts';
import { searching } from '../logs/searching.ts';
import { firstPage, from, openAccounts, signUp } from '../people/people.ts';

/**
 * Parts of the server that hold no organization's data, but carry it to its destination: tests/once/tenancy has two
 * tenants send and read at the same time.
 */
type Carriers = 'taking' | 'writer' | 'tails' | 'streams' | 'outages' | 'deployTails' | 'deployChanges';
type Rest =
	| 'sql'
	| keyof People
	| 'config'
	| 'log'
	| 'metrics'
	| 'untrustedProxies'
	| 'watch'
	| 'disk'
	| 'makeRoom'
	| 'removeLeftovers'
	| 'sealer'
	| 'liveFilters'
	| 'decoder'
	| 'admission'
	| 'faults'
	| 'leave'
	| 'sockets'
	| 'take'
	| 'serves'
	| 'stop';

/**
 * Everything that reads or changes an organization's data, as routes reach it. Whatever is added to the server is included, and
 * must be created below, unless listed above as not of this kind: `npm run check` fails until then.
 */
export type Stores = Omit<Tailrace, Carriers | Rest> & { accounts: Accounts };

/** An organization with some of everything, and its owner. */
export interface Tenant {
	org: string;
	slug: string;
	name: string;
	owner: { id: string; name: string; address: string; userAgent: null };
	sessionId: string;
	memberId: string;
	keyId: string;
	invitationId: string;
	deployId: string;
	/** When its last line was received. */
	lineAt: Date;
	/** When its deploy was last heard of, epoch ms. */
	appendAt: number;
}

/** Two tenants of one server. Theirs has more of everything than mine, and began later. */
export class TenancyScene {
	readonly #folder = mkdtempSync(join(tmpdir(), 'tailrace-tenancy-'));
	readonly #searching: ReturnType<typeof searching>;
	readonly #sqlite: Sqlite = open(this.#folder, migrations);
	readonly #database: TestDatabase;
	readonly stores: Stores;
	mine!: Tenant;
	theirs!: Tenant;

	static async make(): Promise<TenancyScene> {
		const scene = new TenancyScene(await testDatabase());
		scene.mine = await scene.#makeTenant('mine', {
			lines: Array(3).fill('line of mine'),
			log: 'log of mine\n'
		});
		// Like retention, so that the numbers of the lines begin elsewhere than theirs.
		await scene.#database.sql`DELETE FROM log_chunks WHERE org_id = ${scene.mine.org} AND last_seq <= 2`;
		scene.theirs = await scene.#makeTenant('theirs', {
			lines: Array(4).fill('longer line of theirs'),
			log: 'log of theirs\n'.repeat(3)
		});
		return scene;
	}

	private constructor(database: TestDatabase) {
		const { sql } = database;
		const logs = logStore(sql);
		const onfailed = (error: unknown) => {
			throw error;
		};
		const quiet = { stdout: null, onflushed() {}, onchanged() {}, onfailed };
		this.#database = database;
		this.#searching = searching(database);
		this.stores = {
			accounts: openAccounts(sql),
			logs,
			search: this.#searching.search,
			overview: logOverview(sql, logs),
			usageOf: (orgs) => usageOf(sql, orgs),
			deploys: new Deploys({
				store: sqliteStore(this.#sqlite),
				idleMs: null,
				flushMs: 1,
				leaseMs: 600_000,
				...quiet
			})
		};
	}

	/** The other organization's data, as text to compare. */
	async stateOfTheirs(): Promise<string> {
		const { sql } = this.#database;
		const { org, deployId, owner } = this.theirs;
		const { deploys } = this.stores;
		const rows = await Promise.all([
			sql`SELECT * FROM organizations WHERE id = ${org}`,
			sql`SELECT * FROM memberships WHERE org_id = ${org} ORDER BY user_id`,
			sql`SELECT * FROM invitations WHERE org_id = ${org} ORDER BY id`,
			sql`SELECT * FROM api_keys WHERE org_id = ${org} ORDER BY id`,
			sql`SELECT * FROM audit_events WHERE org_id = ${org} ORDER BY id`,
			sql`SELECT * FROM log_chunks WHERE org_id = ${org} ORDER BY first_seq`,
			sql`SELECT * FROM log_days WHERE org_id = ${org} ORDER BY day`,
			sql`SELECT * FROM sessions WHERE user_id = ${owner.id} ORDER BY id`,
			sql`SELECT * FROM users WHERE id = ${owner.id}`
		]);
		const bytes = await Array.fromAsync(deploys.bytes(org, deployId, { from: 0, to: Infinity }));
		return JSON.stringify([rows, (await deploys.get(org, deployId))?.status, bytes.map(String)]);
	}

	async end(): Promise<void> {
		await this.#searching.close();
		await this.stores.accounts.close();
		await this.stores.deploys.close();
		this.#sqlite.close();
		await this.#database.drop();
		rmSync(this.#folder, { recursive: true });
	}

	async #makeTenant(name: string, has: { lines: string[]; log: string }): Promise<Tenant> {
		const { accounts } = this.stores;
		const { user, org, session } = await signUp(accounts, name);
		const owner = {
			...from('192.0.2.1'),
			id: user.id,
			name: user.email,
			userAgent: null,
			address: '192.0.2.1'
		};
		const found = await accounts.sessions.validate(session.token, from('192.0.2.1'));
		const member = (await signUp(accounts, `member-of-${name}`)).user;
		await organizations.join(this.#database.sql, org.id, member.id, 'member');
		const { id: keyId } = await keys.create(this.#database.sql, org.id, owner, {
			name: `key of ${name}`,
			scopes: ['read']
		});
		const invitation = { email: `guest@${name}.example`, role: 'viewer' } as const;
		await accounts.invitations.create(org.id, owner, invitation, 'http://localhost');
		const [pending] = (await accounts.invitations.list(org.id, firstPage)).items;
		return {
			org: org.id,
			slug: org.slug,
			name: org.name,
			owner,
			sessionId: found?.session.id ?? '',
			memberId: member.id,
			keyId,
			invitationId: pending?.id ?? '',
			...(await this.#log(org.id, name, has.lines)),
			...(await this.#deploy(org.id, name, has.log))
		};
	}

	/** Lines of the service `default`, and one more of the tenant's own service. */
	async #log(org: string, name: string, messages: string[]) {
		const { sql } = this.#database;
		const own = { ...line(`line of ${name}`), service: `service of ${name}` };
		const lines = [...messages.map(line), own];
		for (const some of [lines.slice(0, 2), lines.slice(2)]) await receive(sql, org, some);
		const [last] = await sql<{ at: Date }[]>`SELECT received_at AS at FROM log_heads WHERE org_id = ${org}`;
		return { lineAt: last?.at ?? new Date(NaN) };
	}

	async #deploy(org: string, name: string, log: string) {
		const { deploys } = this.stores;
		const own = { service: `service of ${name}`, environment: `environment of ${name}` };
		const { id } = await deploys.create(org, { ...web, ...own });
		await deploys.append(org, id, null, Buffer.from(log));
		const at = this.#sqlite
			.prepare<[string], number>('SELECT last_append_at FROM deploys WHERE id = ?')
			.pluck();
		return { deployId: id, appendAt: at.get(id) ?? NaN };
	}
}
