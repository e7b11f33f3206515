import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { freePort, startOther, type OtherPostgres } from '../support/server/other-postgres.ts';
import { startServer, type Server } from '../support/server/server.ts';

const servers = 3;
/** A server opens up to 40 connections and one to listen (docs/operate/several-servers.md), a thread of its searches one more. */
const connections = 200;

/** One life of a server: from its start to its end. */
export interface Generation {
	/** Which of the three, from 1. */
	server: number;
	generation: number;
	pid: number;
	startedAt: number;
	endedAt: number | null;
	output(): string;
}

/** What was done to the fleet: its faults are to be expected from then until it is over, in epoch ms. */
export interface Disturbance {
	what: 'server killed' | 'server stopped' | 'PostgreSQL restarted' | 'PostgreSQL crashed';
	which: string;
	from: number;
	to: number;
}

/** Three built servers on one PostgreSQL that belongs to none of them. */
export class Fleet {
	readonly postgres: OtherPostgres;
	readonly sql: Sql;
	readonly origins: readonly string[];
	readonly generations: Generation[] = [];
	readonly disturbances: Disturbance[] = [];
	readonly #running: Server[];

	private constructor(postgres: OtherPostgres, running: Server[]) {
		this.postgres = postgres;
		this.sql = connect(postgres.url, { max: 2, name: 'soak' });
		this.#running = running;
		this.origins = running.map(({ url }) => url);
		running.forEach((server, index) => this.#begin(index, server));
	}

	static async start(): Promise<Fleet> {
		const settings = {
			max_connections: String(connections),
			shared_buffers: '256MB',
			max_wal_size: '2GB',
			log_timezone: 'UTC'
		};
		const postgres = await startOther(settings);
		const running: Server[] = [];
		try {
			while (running.length < servers) running.push(await startOn(postgres, await freePort()));
		} catch (error) {
			await Promise.all(running.map((server) => server.stop()));
			await postgres.stop();
			throw error;
		}
		return new Fleet(postgres, running);
	}

	/** The life of each server that runs now. */
	get alive(): Generation[] {
		return this.generations.filter(({ endedAt }) => endedAt === null);
	}

	/** Ends a server (from 1) and starts it again at the same address; resolves when it is ready. */
	async replace(which: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
		const index = which - 1;
		const what = signal === 'SIGKILL' ? 'server killed' : 'server stopped';
		await this.#disturb(what, `server ${which}`, async () => {
			const ended = this.#running[index] as Server;
			const life = this.alive.find(({ pid }) => pid === ended.pid);
			await ended.kill(signal);
			if (life) life.endedAt = Date.now();
			await ended.stop(); // removes its folder
			const started = await startOn(this.postgres, ended.port);
			this.#running[index] = started;
			this.#begin(index, started);
		});
	}

	async restartPostgres(how: 'fast' | 'immediate'): Promise<void> {
		const what = how === 'fast' ? 'PostgreSQL restarted' : 'PostgreSQL crashed';
		await this.#disturb(what, 'PostgreSQL', () => this.postgres.restart(how));
	}

	async stop(): Promise<void> {
		await Promise.all(this.#running.map((server) => server.stop()));
		await this.sql.end({ timeout: 1 });
		await this.postgres.stop();
	}

	#begin(index: number, { pid, output }: Server): void {
		const generation = this.generations.filter(({ server }) => server === index + 1).length + 1;
		this.generations.push({
			server: index + 1,
			generation,
			pid,
			startedAt: Date.now(),
			endedAt: null,
			output
		});
	}

	async #disturb(what: Disturbance['what'], which: string, act: () => Promise<void>): Promise<void> {
		const from = Date.now();
		const disturbance = { what, which, from, to: Infinity };
		this.disturbances.push(disturbance);
		await act();
		disturbance.to = Date.now();
	}
}

function startOn({ url }: OtherPostgres, port: number): Promise<Server> {
	return startServer({ env: { DATABASE_URL: url, PORT: String(port) } });
}
