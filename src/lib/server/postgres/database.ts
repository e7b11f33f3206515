import type { Config } from '../config.ts';
import * as embedded from './embedded.ts';
import { migrate } from './migrate.ts';

/** A running PostgreSQL with the newest schema. */
export interface Database {
	url: string;
	/** For LISTEN; never through a pooler. */
	listenUrl: string;
	/** Whether queries may be prepared: not through a transaction pooler. */
	prepare: boolean;
	/** Stops the server if it is ours. */
	stop(): Promise<void>;
}

/**
 * The configured database, or the embedded one, migrated.
 * @throws when it cannot be reached or started; the message says what to do.
 */
export async function openDatabase(config: Config, migrations: string, log: Log): Promise<Database> {
	const database =
		config.databaseUrl === null ? await startEmbedded(config, log) : given(config.databaseUrl, config);
	// Straight: a transaction pooler would give the lock to whoever comes next on its connection.
	await migrate(database.listenUrl, migrations).catch(async (error) => {
		await database.stop();
		throw error;
	});
	return database;
}

type Log = Parameters<typeof embedded.start>[1];

async function startEmbedded(config: Config, log: Log): Promise<Database> {
	const { url, stop } = await embedded.start(config.dataDir, log);
	return { url, listenUrl: url, prepare: true, stop };
}

function given(url: string, config: Config): Database {
	const listenUrl = config.databaseListenUrl ?? url;
	return { url, listenUrl, prepare: listenUrl === url, stop: () => Promise.resolve() };
}
