import { parseArgs } from 'node:util';
import pino from 'pino';
import { convert } from '../lib/server/logs/rows.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import { CannotDistribute, distribute } from '../lib/server/postgres/distribute.ts';
import * as database from './database.ts';

const usage = `Usage: tailrace distribute [--shards 32]

Distributes the lines and deploys of every organization over the workers of a Citus cluster, with what is stored already. DATABASE_URL
names the coordinator, which has the extension and at least one worker. Stop all servers first, and start them again afterwards.
If it is cut short, run it again: it continues. Run again later, it changes nothing.

  --shards  how many parts there are for workers to share: more than there will ever be workers; cannot be changed later by this command
`;

/** More would cost memory on every node and help nobody. */
const mostShards = 1_024;

type Outcome = { ok: boolean; message: string };

/** Exit status 2 for wrong usage, 1 if the database cannot be distributed. */
export async function run(args: string[]): Promise<number> {
	const asked = read(args);
	if (typeof asked === 'string')
		return say(asked === '' ? process.stdout : process.stderr, asked + usage, asked === '' ? 0 : 2);
	const done = await database.use('distribute', (sql) => carryOut(sql, asked.shards));
	const { ok, message } = done.ok ? done.result : done;
	return say(ok ? process.stdout : process.stderr, `${message}\n`, ok ? 0 : 1);
}

/** What is asked for; a text says what is wrong, an empty one that help was asked for. */
function read(args: string[]): { shards: number } | string {
	try {
		const options = {
			shards: { type: 'string', default: '32' },
			help: { type: 'boolean', short: 'h', default: false }
		} as const;
		const { values } = parseArgs({ args, options });
		if (values.help) return '';
		const shards = Number(values.shards);
		if (Number.isInteger(shards) && shards >= 1 && shards <= mostShards) return { shards };
		return `--shards takes a number from 1 to ${mostShards}.\n\n`;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return `${error.message}\n\n`;
	}
}

async function carryOut(sql: Sql, shards: number): Promise<Outcome> {
	try {
		await convert(sql, pino(pino.destination({ fd: 2, sync: true })));
		const { tables, workers } = await distribute(sql, shards, (what) => process.stdout.write(`${what}\n`));
		const where = workers === 1 ? '1 worker' : `${workers} workers`;
		if (tables === 0) return { ok: true, message: `Nothing to do: all tables are on ${where} already.` };
		return { ok: true, message: `Done: ${tables} tables are on ${where}. Start the servers.` };
	} catch (error) {
		if (!(error instanceof CannotDistribute)) throw error;
		return { ok: false, message: error.message };
	}
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
