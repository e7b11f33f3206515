import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BackupFailed, readManifest, type Manifest } from '../lib/server/backup/manifest.ts';
import { differences, restore } from '../lib/server/backup/restore.ts';
import { take } from '../lib/server/backup/take.ts';
import type { Config } from '../lib/server/config.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import * as database from './database.ts';

const usage = `Usage: tailrace backup FOLDER | tailrace backup --restore FOLDER | tailrace backup --check FOLDER

Without an option: copies everything into a new folder, on the server's machine, while servers run: PostgreSQL as of one moment, and the
deploys of DATA_DIR/deploys.db if there are any. A folder without manifest.json is incomplete.
Uses the server's environment: DATABASE_URL, or the embedded PostgreSQL in DATA_DIR.

  --restore  fills an empty database and data folder from a backup; stop the server first. Nothing changes unless all of it fits.
  --check    restores a backup into a scratch database, which it removes again, and compares counts and checksums. Run it every night:
             exit status 1 says that the backup cannot be relied on.
`;

interface Asked {
	folder: string;
	what: 'take' | 'restore' | 'check';
}

type Outcome = { ok: boolean; message: string };

/** Exit status 2 for wrong usage, 1 if the backup cannot be made, read or relied on. */
export async function run(args: string[]): Promise<number> {
	const asked = read(args);
	if (typeof asked === 'string')
		return say(asked === '' ? process.stdout : process.stderr, asked + usage, asked === '' ? 0 : 2);
	const { ok, message } = await carryOut(asked).catch((error: unknown) => {
		if (!(error instanceof BackupFailed)) throw error;
		return { ok: false, message: error.message };
	});
	return say(ok ? process.stdout : process.stderr, `${message}\n`, ok ? 0 : 1);
}

/** What is asked for; a text says what is wrong, an empty one that help was asked for. */
function read(args: string[]): Asked | string {
	try {
		const flag = { type: 'boolean', default: false } as const;
		const options = { restore: flag, check: flag, help: { ...flag, short: 'h' } };
		const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
		if (values.help) return '';
		const [folder, ...others] = positionals;
		if (!folder || others.length > 0 || (values.restore && values.check))
			return 'Name one folder, and one option at most.\n\n';
		return { folder: resolve(folder), what: values.restore ? 'restore' : values.check ? 'check' : 'take' };
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return `${error.message}\n\n`;
	}
}

async function carryOut({ what, folder }: Asked): Promise<Outcome> {
	if (what === 'check') return check(folder);
	const work = what === 'take' ? take : restore;
	const used = await database.use(what, (sql, config) => work(sql, fileIn(config), folder));
	if (!used.ok) return used;
	const done = what === 'take' ? `Backed up to ${folder}` : `Restored from ${folder}`;
	return { ok: true, message: `${done}: ${describe(used.result)}` };
}

/** Restores into an embedded PostgreSQL of its own, whatever the server uses. */
async function check(folder: string): Promise<Outcome> {
	const manifest = await readManifest(folder);
	const scratch = await mkdtemp(join(tmpdir(), 'tailrace-check-'));
	await chmod(scratch, 0o711); // the user that PostgreSQL runs as passes through it
	try {
		const used = await database.useScratch(scratch, async (sql: Sql) => {
			const file = join(scratch, 'deploys.db');
			await restore(sql, file, folder);
			return differences(sql, file, manifest);
		});
		if (!used.ok) return used;
		if (used.result.length > 0) return { ok: false, message: used.result.join('\n') };
		return { ok: true, message: `The backup is whole: ${describe(manifest)}` };
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
}

const fileIn = ({ dataDir }: Config) => join(dataDir, 'deploys.db');

function describe({ tables, sqlite, takenAt }: Manifest): string {
	const rows = tables.reduce((sum, table) => sum + table.rows, 0);
	const deploys = sqlite ? `, ${sqlite.deploys} deploys in SQLite` : '';
	return `${tables.length} tables with ${rows} rows${deploys}, as of ${takenAt}.`;
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
