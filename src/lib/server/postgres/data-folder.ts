import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { folderIn } from './embedded-cluster.ts';
import { ifAbsent } from './embedded-error.ts';
import * as users from './embedded-user.ts';

/**
 * The settings with a data folder that the embedded PostgreSQL can use. Without DATA_DIR it is ./data, or, if the user who runs
 * PostgreSQL for root cannot reach that, `config.fallbackDataDir`. A note in ./data remembers this, so that later starts and
 * the CLI find the data again, even if the folder's mode changes.
 */
export async function settle(config: Config): Promise<Config> {
	const { dataDir, fallbackDataDir, databaseUrl } = config;
	if (fallbackDataDir === null || databaseUrl !== null) return config;
	const noted = await readFile(noteIn(dataDir), 'utf8').catch(ifAbsent);
	if (noted !== null) return { ...config, dataDir: noted.trim() };
	if (await isUsable(dataDir)) return config;
	await mkdir(dataDir, { recursive: true });
	await writeFile(noteIn(dataDir), `${fallbackDataDir}\n`);
	return { ...config, dataDir: fallbackDataDir };
}

/** Whether PostgreSQL can run there. An existing cluster stays in use: if it cannot be reached, the start says so. */
async function isUsable(dataDir: string): Promise<boolean> {
	const cluster = folderIn(dataDir);
	if (await stat(cluster).catch(ifAbsent)) return true;
	const user = await users.choose(cluster);
	return user === null || (await users.blockingFolder(user, await existing(dataDir))) === null;
}

/** The folder itself, or its nearest existing ancestor. */
async function existing(folder: string): Promise<string> {
	return (await stat(folder).catch(ifAbsent)) ? folder : existing(dirname(folder));
}

function noteIn(dataDir: string): string {
	return join(dataDir, 'moved-to.txt');
}
