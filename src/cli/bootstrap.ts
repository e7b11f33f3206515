import { parseArgs } from 'node:util';
import { bootstrap, type Bootstrapped } from '../lib/server/organizations/bootstrap.ts';
import * as forms from '../lib/server/forms/forms.ts';
import { passwords } from '../lib/server/people/passwords.ts';
import * as signUps from '../lib/server/organizations/sign-up.ts';
import * as database from './database.ts';

const usage = `Usage: tailrace bootstrap --org NAME --email ADDRESS --password PASSWORD [--json]

Creates an organization, its owner and an API key that can read and write. Run it on the server's machine, whether the
server is running or not. Whatever exists already, including the password, is left unchanged; each run creates a new key.
Uses the server's environment: DATABASE_URL, or the embedded PostgreSQL in DATA_DIR.

  --org NAME           the organization
  --email ADDRESS      its owner
  --password PASSWORD  the owner's password, if the account is new
  --json               print one line: {"org": {"id", "slug"}, "user": {"id", "email"}, "key": "…"}
`;

/** The flag of each form field. */
const flags: Record<string, string> = { organization: '--org', email: '--email', password: '--password' };

type Asked =
	{ ok: true; form: signUps.SignUp; json: boolean } | { ok: false; status: 0 | 2; message: string };

/** Exit status 2 for wrong usage, 1 if the database cannot be used; only the result goes to stdout. */
export async function run(args: string[]): Promise<number> {
	const asked = read(args);
	if (!asked.ok)
		return say(asked.status === 0 ? process.stdout : process.stderr, asked.message, asked.status);
	const made = await database.use('bootstrap', (sql, config) =>
		bootstrap(sql, passwords(), asked.form, config)
	);
	if (!made.ok) return say(process.stderr, `${made.message}\n`, 1);
	const { org, user, key } = made.result;
	return say(
		process.stdout,
		asked.json ? `${JSON.stringify({ org, user, key })}\n` : describe(made.result),
		0
	);
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
		const form = forms.read(signUps.form, { organization, email, password });
		return form.ok ? { ok: true, form: form.values, json: values.json } : wrong(list(form.faults));
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return wrong(error.message); // parseArgs names what it does not know
	}
}

function list(faults: forms.Faults): string {
	return Object.entries(faults)
		.map(([field, message]) => `${flags[field] ?? field}: ${message}`)
		.join('\n');
}

function describe({ org, user, role, key }: Bootstrapped): string {
	return `organization  ${org.slug}\n${role.padEnd(12)}  ${user.email}\nAPI key       ${key}   (shown only once)\n`;
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
