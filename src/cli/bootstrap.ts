import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { bootstrap, type Bootstrapped } from '../lib/server/accounts/bootstrap.ts';
import * as forms from '../lib/server/accounts/forms.ts';
import { passwords } from '../lib/server/accounts/passwords.ts';
import * as configuration from '../lib/server/config.ts';
import { connect, isAway } from '../lib/server/postgres/connect.ts';
import { openDatabase, type Database } from '../lib/server/postgres/database.ts';
import * as embedded from '../lib/server/postgres/embedded.ts';
import * as partitions from '../lib/server/postgres/partitions.ts';

const usage = `Usage: tailrace bootstrap --org NAME --email ADDRESS --password PASSWORD [--json]

Makes the organization, its owner and an API key with both scopes, on the server's machine, whether the server
runs or not. What is there already stays as it is (the password too); every run makes a new key.
It reads the server's environment: DATABASE_URL, or else the embedded PostgreSQL under DATA_DIR.

  --json   print one line: {"org": {"id", "slug"}, "user": {"id", "email"}, "key": "…"}
`;

const migrations = fileURLToPath(new URL('../../drizzle/postgres', import.meta.url));

/** What the flag of a form's field is called. */
const flags: Record<string, string> = { organization: '--org', email: '--email', password: '--password' };

type Asked = { ok: true; form: forms.SignUp; json: boolean } | { ok: false; status: 0 | 2; message: string };

/** Exit status 2 for wrong usage, 1 if the database cannot be used; what it made, and nothing else, goes to stdout. */
/** How often, and with how many ms in between, a server that is just starting is waited for. */
const mostTries = 20;
const between = 250;

export async function run(args: string[]): Promise<number> {
	const asked = read(args);
	if (!asked.ok)
		return say(asked.status === 0 ? process.stdout : process.stderr, asked.message, asked.status);
	const parsed = configuration.parse(process.env);
	if (!parsed.ok) return say(process.stderr, `${parsed.faults.join('\n')}\n`, 1);
	try {
		const made = await make(asked.form, parsed.config);
		return say(process.stdout, asked.json ? `${JSON.stringify(made)}\n` : describe(made), 0);
	} catch (error) {
		// What the person at the keyboard can mend; anything else is a bug, and shown with its stack.
		if (!(error instanceof embedded.Unstartable) && !isAway(error)) throw error;
		return say(process.stderr, `${(error as Error).message}\n`, 1);
	}
}

function read(args: string[]): Asked {
	const wrong = (message: string) => ({ ok: false, status: 2, message: `${message}\n\n${usage}` }) as const;
	try {
		const { values } = parseArgs({
			args,
			options: {
				org: { type: 'string' },
				email: { type: 'string' },
				password: { type: 'string' },
				json: { type: 'boolean', default: false },
				help: { type: 'boolean', short: 'h', default: false }
			}
		});
		if (values.help) return { ok: false, status: 0, message: usage };
		const { org: organization, email, password } = values;
		const form = forms.read(forms.signUp, { organization, email, password });
		return form.ok ? { ok: true, form: form.values, json: values.json } : wrong(list(form.faults));
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return wrong(error.message); // parseArgs says what it does not know
	}
}

function list(faults: forms.Faults): string {
	return Object.entries(faults)
		.map(([field, message]) => `${flags[field] ?? field}: ${message}`)
		.join('\n');
}

async function make(form: forms.SignUp, config: configuration.Config): Promise<Bootstrapped> {
	const database = await open(config);
	const sql = connect(database.url, { max: 1, prepare: database.prepare, name: 'tailrace bootstrap' });
	try {
		await partitions.prepare(sql);
		return await bootstrap(sql, passwords(), form, config);
	} finally {
		await sql.end();
		await database.stop();
	}
}

/** The embedded PostgreSQL of a server that runs, if there is one; else as the server itself would open it. */
async function open(config: configuration.Config): Promise<Database> {
	const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
	for (let tries = 0; ; tries++) {
		const running = config.databaseUrl === null ? await embedded.connectUrl(config.dataDir) : null;
		if (running !== null) {
			return openDatabase({ ...config, databaseUrl: running, databaseListenUrl: running }, migrations, log);
		}
		try {
			return await openDatabase(config, migrations, log);
		} catch (error) {
			// A server that is just starting has the folder, but no PostgreSQL yet.
			if (!(error instanceof embedded.Taken) || tries === mostTries) throw error;
			await sleep(between);
		}
	}
}

function describe({ org, user, key }: Bootstrapped): string {
	return `organization  ${org.slug}\nowner         ${user.email}\nAPI key       ${key}   (shown only now)\n`;
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
