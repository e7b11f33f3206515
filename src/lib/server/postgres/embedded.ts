import { chmod, mkdir, realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import * as clusters from './embedded-cluster.ts';
import { ifAbsent, Taken, Unstartable } from './embedded-error.ts';
import * as keepers from './embedded-keeper.ts';
import * as owners from './embedded-owner.ts';
import * as postmasters from './embedded-postmaster.ts';
import { runnableBy } from './embedded-programs.ts';
import * as users from './embedded-user.ts';

export { Taken, Unstartable };

const retryMs = 250;
const dyingMs = 1000;

/** Our own running PostgreSQL. After a crash it is restarted, on the same URL. */
export interface Embedded {
	readonly url: string;
	/** Whether a Tailrace that crashed left it running, and we took it over. */
	readonly adopted: boolean;
	/** Stops it, adopted or not, within 10 s; repeating it is harmless. */
	stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on the cluster in `dataDir`, creating it if missing, or adopts the server that runs there. Throws
 * Unstartable, which says what to do, if another Tailrace has the folder or PostgreSQL cannot run in it.
 */
export async function start(dataDir: string, log: keepers.Log): Promise<Embedded> {
	const home = await makeHome(dataDir);
	const claim = owners.claim(home);
	try {
		const user = await users.choose(clusters.folderIn(home));
		const found = await clusters.find(home, user);
		const programs = await runnableBy(user);
		const left = found && (await adopt(found, log));
		const cluster = left ? found : await prepare(home, found, user, programs, log);
		const running = left ?? (await launch(cluster, programs, log));
		const keeper = keepers.keep(cluster, programs, running, log);
		const stop = () => keeper.stop().finally(claim.release);
		return { url: clusters.urlOf(cluster), adopted: left !== null, stop };
	} catch (error) {
		claim.release();
		throw error;
	}
}

/** The URL of the PostgreSQL running on `dataDir`, for use outside the server; null if none is running. */
export async function connectUrl(dataDir: string): Promise<string | null> {
	const home = await realpath(dataDir).catch(ifAbsent);
	const cluster = home && (await clusters.find(home, null));
	const running = cluster && (await postmasters.find(cluster.folder));
	if (!running || !(await postmasters.becomesReady(running, cluster.folder))) return null;
	return clusters.urlOf(cluster);
}

/** The data folder with links resolved, since processes are recognized by its path. */
async function makeHome(dataDir: string): Promise<string> {
	const made = await mkdir(dataDir, { recursive: true });
	// Others may pass through, whatever the umask, as the user postgres must; they cannot list it.
	if (made) await chmod(dataDir, 0o711);
	return realpath(dataDir);
}

async function adopt(cluster: clusters.Cluster, log: keepers.Log): Promise<postmasters.Postmaster | null> {
	const left = await postmasters.find(cluster.folder);
	if (!left) return null;
	log.info({ pid: left.pid }, 'PostgreSQL was left running; taking it over');
	if (!(await postmasters.becomesReady(left, cluster.folder))) return null;
	const sql = postgres(clusters.urlOf(cluster), { max: 1, connect_timeout: 5 });
	try {
		await sql`select 1`;
	} catch (cause) {
		// Just killed, it still exists although its connections are already cut.
		if (await postmasters.ends(left, dyingMs)) return null;
		const message =
			`A PostgreSQL (pid ${left.pid}) runs on ${cluster.folder} but does not let us in: ${String(cause)}. ` +
			`Stop it with "kill -INT ${left.pid}" and start again.`;
		throw new Unstartable(message, { cause });
	} finally {
		await sql.end();
	}
	return left;
}

async function prepare(
	home: string,
	found: clusters.Cluster | null,
	user: users.User | null,
	programs: string,
	log: keepers.Log
): Promise<clusters.Cluster> {
	await users.requireReach(user, home);
	if (!found) log.info({ folder: clusters.folderIn(home) }, 'creating a PostgreSQL cluster');
	const cluster = found ?? (await clusters.initialise(home, user, programs));
	return clusters.prepare(cluster);
}

async function launch(
	cluster: clusters.Cluster,
	programs: string,
	log: keepers.Log,
	patienceMs = 5000
): Promise<postmasters.Postmaster> {
	const launched = postmasters.launch(cluster, programs);
	if (await postmasters.becomesReady(launched, cluster.folder)) {
		log.info({ pid: launched.pid, port: cluster.port }, 'PostgreSQL is ready');
		return launched;
	}
	const words = await postmasters.lastWords(cluster);
	if (words.includes('pre-existing shared memory block') && patienceMs > 0) {
		log.warn({}, 'waiting for the last processes of a killed PostgreSQL to end');
		await delay(retryMs);
		return launch(cluster, programs, log, patienceMs - retryMs);
	}
	throw new Unstartable(
		`PostgreSQL did not start on ${cluster.folder} (${await launched.whenGone()}). ` +
			`The end of ${postmasters.logFile(cluster)}:\n${words}`
	);
}
