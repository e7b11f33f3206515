import { parseArgs } from 'node:util';
import type { NewDeploy, Server } from './api.ts';

const usage = `Usage: tailrace deploy --service NAME [options] -- COMMAND…

Runs the command as if it stood alone, and streams its output to Tailrace. The exit status is the command's.
If the server is away the command runs all the same: its output is kept, and sent when the server returns, until a
minute after the end. The commit is found by itself, with git or in the variables of GitHub Actions and GitLab CI.

  --service NAME        what is deployed
  --environment NAME    where it goes, for example production
  --version VERSION     what it will be
  --url URL             the server; without it TAILRACE_URL
  --key KEY             an API key with the scope "write"; without it TAILRACE_KEY
`;

export type Invocation =
	| { ok: true; server: Server; deploy: NewDeploy; command: string[] }
	| { ok: false; status: 0 | 2; message: string };

/** What the words after "tailrace deploy" ask for. */
export function read(args: string[], env: NodeJS.ProcessEnv): Invocation {
	const dashes = args.indexOf('--');
	const command = dashes < 0 ? [] : args.slice(dashes + 1);
	const options = parse(dashes < 0 ? args : args.slice(0, dashes));
	if (typeof options === 'string') return wrong(options);
	if (options.help) return { ok: false, status: 0, message: usage };

	const { service, environment, version, url = env.TAILRACE_URL, key = env.TAILRACE_KEY } = options;
	if (!service?.trim()) return wrong('--service is missing: the name of what is deployed.');
	if (!command[0]) return wrong('There is no command: put it after "--".');
	const address = url ? readUrl(url) : null;
	if (!address)
		return wrong(
			'The server is missing: set TAILRACE_URL, or --url, to something like https://logs.example.com.'
		);
	if (!key || !/^[\x21-\x7e]+$/.test(key))
		return wrong('The API key is missing: set TAILRACE_KEY, or --key.');
	const deploy = { service, ...(environment ? { environment } : {}), ...(version ? { version } : {}) };
	return { ok: true, server: { url: address, key }, deploy, command };
}

function parse(args: string[]) {
	const text = { type: 'string' } as const;
	try {
		const options = { service: text, environment: text, version: text, url: text, key: text };
		return parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } } }).values;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return error.message; // says which option or word is unknown
	}
}

/** With a slash at its end, so that what is under a path stays there. */
function readUrl(text: string): URL | null {
	if (!URL.canParse(text)) return null;
	const url = new URL(text);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
	if (url.username || url.password) return null; // fetch refuses it
	url.pathname = url.pathname.replace(/\/*$/, '/');
	url.search = url.hash = '';
	return url;
}

function wrong(message: string): Invocation {
	return { ok: false, status: 2, message: `${message}\n\n${usage}` };
}
