import { parseArgs } from 'node:util';
import * as server from '../delivery/server.ts';
import type { NewDeploy } from './api.ts';

const usage = `Usage: tailrace deploy --service NAME [options] -- COMMAND…

Runs COMMAND and streams its output to Tailrace. Output, signals and exit status are those of the command.

If the server can't be reached, the command still runs: its output is kept and sent when the server is back,
for up to a minute after the command ends. Without a server address or a key, the command runs without being streamed.

Git metadata is found automatically, in the repository or in the variables of GitHub Actions and GitLab CI.
The API key is replaced by *** in what is sent. In a terminal, programs are asked for colours with FORCE_COLOR and
CLICOLOR_FORCE, unless NO_COLOR is set; those that ignore both, such as ls, grep and git, need --color=always.

  --service NAME        the service being deployed
  --environment NAME    where it is deployed, for example production
  --version VERSION     the version being deployed
${server.usageFor('write')}
`;

export type Invocation =
	| {
			ok: true;
			/** Null: the deploy is not streamed, because of `fault`. */
			server: server.Server | null;
			fault: string | null;
			deploy: NewDeploy;
			command: string[];
	  }
	| { ok: false; status: 0 | 2; message: string };

/** The options and command after "tailrace deploy". */
export function read(args: string[], env: NodeJS.ProcessEnv): Invocation {
	const dashes = args.indexOf('--');
	const command = dashes < 0 ? [] : args.slice(dashes + 1);
	const options = parse(dashes < 0 ? args : args.slice(0, dashes));
	if (typeof options === 'string') return wrong(options);
	if (options.help) return { ok: false, status: 0, message: usage };

	const { service, environment, version } = options;
	if (!service?.trim()) return wrong('--service is missing: name the service being deployed.');
	if (!command[0]) return wrong('The command is missing: put it after "--".');
	const deploy = { service, ...(environment ? { environment } : {}), ...(version ? { version } : {}) };
	const found = server.find(options, env);
	return found.ok
		? { ok: true, server: found.server, fault: null, deploy, command }
		: { ok: true, server: null, fault: found.fault, deploy, command };
}

function parse(args: string[]) {
	const text = { type: 'string' } as const;
	try {
		const options = { service: text, environment: text, version: text, url: text, key: text };
		return parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } } }).values;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return error.message; // names the unknown option or word
	}
}

function wrong(message: string): Invocation {
	return { ok: false, status: 2, message: `${message}\n\n${usage}` };
}
