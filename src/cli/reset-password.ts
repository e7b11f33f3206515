import { parseArgs } from 'node:util';
import * as forms from '../lib/server/forms/forms.ts';
import { byOperator, forgotten, type NewPassword } from '../lib/server/people/password-reset.ts';
import { fault } from '../lib/server/people/password-strength.ts';
import { passwords } from '../lib/server/people/passwords.ts';
import * as database from './database.ts';

const usage = `Usage: tailrace reset-password --email ADDRESS [--password PASSWORD] [--json]

Sets a new password for an account. Run it on the server's machine, whether the server is running or not. Signs the account
out everywhere and invalidates links that were mailed to it.
Uses the server's environment: DATABASE_URL, or the embedded PostgreSQL in DATA_DIR.

  --email ADDRESS      the account
  --password PASSWORD  the new password (default: generated and printed)
  --json               print one line: {"user": {"id", "email"}, "password": "…"}; "password" only if it was generated
`;

type Asked = { ok: true; form: NewPassword; json: boolean } | { ok: false; status: 0 | 2; message: string };

/** Exit status 2 for wrong usage, 1 if the account does not exist or the database cannot be used. */
export async function run(args: string[]): Promise<number> {
	const asked = read(args);
	if (!asked.ok)
		return say(asked.status === 0 ? process.stdout : process.stderr, asked.message, asked.status);
	const { form, json } = asked;
	const reset = await database.use('reset-password', (sql) => byOperator(sql, passwords(), form));
	if (!reset.ok) return say(process.stderr, `${reset.message}\n`, 1);
	if (!reset.result) return say(process.stderr, `No account has the address ${form.email}.\n`, 1);
	const { user, password } = reset.result;
	const made = form.password === undefined ? password : null;
	return say(process.stdout, json ? asJson(user, made) : describe(user, made), 0);
}

function read(args: string[]): Asked {
	const wrong = (message: string) => ({ ok: false, status: 2, message: `${message}\n\n${usage}` }) as const;
	try {
		const { values } = parseArgs({
			args,
			options: {
				email: { type: 'string' },
				password: { type: 'string' },
				json: { type: 'boolean', default: false },
				help: { type: 'boolean', short: 'h', default: false }
			}
		});
		if (values.help) return { ok: false, status: 0, message: usage };
		const form = forms.read(forgotten, { email: values.email });
		if (!form.ok) return wrong(`--email: ${form.faults.email}`);
		const { email } = form.values;
		const weakness = values.password === undefined ? null : fault(values.password, email);
		if (weakness) return wrong(`--password: ${weakness}`);
		return { ok: true, form: { email, password: values.password }, json: values.json };
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return wrong(error.message); // parseArgs names what it does not know
	}
}

function asJson(user: { id: string; email: string }, made: string | null): string {
	return `${JSON.stringify(made === null ? { user } : { user, password: made })}\n`;
}

function describe({ email }: { email: string }, made: string | null): string {
	if (made === null) return `New password set for ${email}. The account is signed out everywhere.\n`;
	return `account       ${email}\nnew password  ${made}   (shown only once)\n`;
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
