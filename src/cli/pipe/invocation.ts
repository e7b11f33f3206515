import { parseArgs } from 'node:util';
import { isLevel, levels } from '../delivery/levels.ts';
import type { Defaults } from '../delivery/logs-api.ts';
import * as server from '../delivery/server.ts';

const usage = `Usage: COMMAND | tailrace pipe --service NAME [options]

Sends stdin to Tailrace, line by line as it comes, and passes it through to stdout. A line that is a JSON object becomes an
entry with its fields; any other line becomes a message. Use 2>&1 to include a program's stderr.

If the server can't be reached, lines wait in memory (16 MiB) and are sent when it is back. Beyond that, reading waits too, so
that nothing is lost. Ctrl-C or SIGTERM sends what is left. The exit status is 1 if any line was not delivered.

  --service NAME        the service the lines belong to
  --level LEVEL         the level of lines that have none: trace, debug, info, warn, error or fatal
  --host NAME           the host of lines that have none
${server.usageFor('write')}
`;

export type Invocation =
	| {
			ok: true;
			/** Null: lines are passed through, but not sent, because of `fault`. */
			server: server.Server | null;
			fault: string | null;
			defaults: Defaults;
	  }
	| { ok: false; status: 0 | 2; message: string };

/** The options after "tailrace pipe". */
export function read(args: string[], env: NodeJS.ProcessEnv): Invocation {
	const options = parse(args);
	if (typeof options === 'string') return wrong(options);
	if (options.help) return { ok: false, status: 0, message: usage };
	const { service, level, host } = options;
	if (!service?.trim()) return wrong('--service is missing: name the service the lines belong to.');
	if (level !== undefined && !isLevel(level)) {
		return wrong(`--level takes ${levels}.`);
	}
	const defaults = { service, ...(level ? { level } : {}), ...(host ? { host } : {}) };
	const found = server.find(options, env);
	return found.ok
		? { ok: true, server: found.server, fault: null, defaults }
		: { ok: true, server: null, fault: found.fault, defaults };
}

function parse(args: string[]) {
	const text = { type: 'string' } as const;
	try {
		const options = { service: text, level: text, host: text, url: text, key: text };
		return parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } } }).values;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return error.message; // names the unknown option or word
	}
}

function wrong(message: string): Invocation {
	return { ok: false, status: 2, message: `${message}\n\n${usage}` };
}
