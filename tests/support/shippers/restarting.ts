import { Viewer } from '../logs/viewer.ts';
import { bearer } from '../server/calls.ts';
import { testDatabase } from '../server/database.ts';
import { freePort } from '../server/other-postgres.ts';
import { makeTenant } from '../people/tenants.ts';
import { startServer, type Server } from '../server/server.ts';

/** A server that can be restarted at its address, with an organization and its key. */
export interface Restarting {
	readonly url: string;
	readonly key: string;
	readonly slug: string;
	/** Resolves when so many lines have been stored. */
	hasLines(count: number): Promise<void>;
	/** Ends the process as an operator does (SIGTERM) or as a crash does (SIGKILL), and starts another one in its place. */
	restart(signal?: NodeJS.Signals): Promise<void>;
	stop(): Promise<void>;
}

/** `settings` are variables of the server, by the slug of its organization. */
export async function restarting(
	settings: Record<string, string> | ((slug: string) => Record<string, string>) = {}
): Promise<Restarting> {
	const database = await testDatabase();
	const { key, slug } = await makeTenant(database.sql);
	const env = typeof settings === 'function' ? settings(slug) : settings;
	const PORT = String(await freePort());
	const start = () => startServer({ env: { ...env, PORT, DATABASE_URL: database.url } });
	let server: Server = await start();

	async function restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		await server.kill(signal);
		await server.stop();
		server = await start();
	}

	async function hasLines(count: number): Promise<void> {
		const viewer = new Viewer({ origin: () => server.url, headers: bearer(key) });
		await viewer.reaches(count);
		viewer.close();
	}

	async function stop(): Promise<void> {
		await server.stop();
		await database.drop();
	}

	return { url: server.url, key, slug, hasLines, restart, stop };
}
