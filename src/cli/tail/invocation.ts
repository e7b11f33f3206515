import { parseArgs } from 'node:util';
import { levels } from '../../lib/log/entry.ts';
import * as query from '../../lib/log/query.ts';
import * as server from '../delivery/server.ts';
import type { Style } from './printer.ts';
import * as times from './times.ts';

const usage = `Usage: tailrace tail [QUERY] [options]

Prints the newest log lines, like tail. With -f it then follows new ones until Ctrl-C, and resumes by itself after a cut. QUERY is
in the language of the Logs page, such as "timeout level:>=warn"; put -- before one that begins with a hyphen. In a terminal,
lines that arrive faster than they can be shown are skipped and counted; a file or a pipe gets every line.

  -f, --follow          follow new lines; without it, end after the history
  -n, --lines N         the newest N lines (default: 10, or every line of the range below)
  --since TIME          lines since 30s, 15m, 2h, 7d, 2026-11-28, "2026-11-28 14:03", or an ISO time with a zone
  --from TIME           same as --since
  --to TIME             lines before this time; not with -f
  --service NAME        lines of this service
  --level LEVEL         lines of this level and above: trace, debug, info, warn, error or fatal
  -o, --output FORMAT   text: time, level, service, message (default); raw: the message alone; json: whole entries
  --no-color            no colours (also if NO_COLOR is set, or if the output is not a terminal)
  --utc                 times in UTC instead of local time
${server.usageFor('read')}
`;

/** What to print. */
export interface Asked {
	server: server.Server;
	query: string;
	/** Lines of history at most; Infinity for all of a range. */
	lines: number;
	/** Epoch milliseconds; null without a bound. */
	from: number | null;
	to: number | null;
	follow: boolean;
	style: Style;
}

export type Invocation = ({ ok: true } & Asked) | { ok: false; status: 0 | 2; message: string };

/** The most lines that are kept to be turned around. */
const mostLines = 1_000_000;
const styles = ['text', 'raw', 'json'] as const;

/** The options after "tailrace tail". `isTerminal`: whether that is where the lines go. */
export function read(
	args: string[],
	env: NodeJS.ProcessEnv,
	isTerminal: boolean,
	now = Date.now()
): Invocation {
	const parsed = parse(args);
	if (typeof parsed === 'string') return wrong(parsed);
	const { values, positionals } = parsed;
	if (values.help) return { ok: false, status: 0, message: usage };
	const style = styles.find((name) => name === (values.output ?? 'text'));
	if (!style) return wrong('-o takes text, raw or json.');
	const range = rangeOf(values, now);
	if (typeof range === 'string') return wrong(range);
	if (range.to !== null && values.follow) return wrong('--to ends with the history: leave it out with -f.');
	const count = values.lines ?? (range.from === null && range.to === null ? '10' : String(Infinity));
	if (values.lines !== undefined && !(/^\d+$/.test(count) && Number(count) <= mostLines))
		return wrong(`-n takes a number of lines up to ${mostLines}.`);
	const asked = queryOf(positionals, values);
	if (!asked.ok) return wrong(asked.fault);
	const found = server.find(values, env);
	if (!found.ok) return wrong(`${found.fault}.`);
	const isColored = isTerminal && !values['no-color'] && !env.NO_COLOR;
	return {
		...{ ok: true, server: found.server, query: asked.text, lines: Number(count), ...range },
		follow: values.follow ?? false,
		style: { name: style, isColored, isTerminal, isUtc: values.utc ?? false }
	};
}

function parse(args: string[]) {
	const text = { type: 'string' } as const;
	const flag = { type: 'boolean' } as const;
	const names = { since: text, from: text, to: text, service: text, level: text, url: text, key: text };
	const options = {
		...{ ...names, 'no-color': flag, utc: flag, help: { ...flag, short: 'h' } as const },
		...{ follow: { ...flag, short: 'f' } as const, output: { ...text, short: 'o' } as const },
		lines: { ...text, short: 'n' } as const
	};
	try {
		return parseArgs({ args, options, allowPositionals: true });
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return error.message; // names the unknown option
	}
}

type Values = Exclude<ReturnType<typeof parse>, string>['values'];

function rangeOf({ since, from, to }: Values, now: number) {
	if (since !== undefined && from !== undefined) return 'Use --since or --from: they mean the same.';
	const begin = since ?? from;
	const range = {
		from: begin === undefined ? null : times.read(begin, now),
		to: to === undefined ? null : times.read(to, now)
	};
	const name = since === undefined ? '--from' : '--since';
	if (begin !== undefined && range.from === null)
		return `${name} takes a time such as 2h or "2026-11-28 14:03".`;
	if (to !== undefined && range.to === null) return '--to takes a time such as 2h or "2026-11-28 14:03".';
	if (range.from !== null && range.to !== null && range.from >= range.to)
		return `${name} must be before --to.`;
	return range;
}

/** The query, joined with what options ask. */
function queryOf(
	words: string[],
	{ service, level }: Values
): { ok: true; text: string } | { ok: false; fault: string } {
	const text = words.join(' ').trim();
	const parsed = query.parse(text);
	if (!parsed.ok)
		return { ok: false, fault: `The query is wrong at ${parsed.error.position}: ${parsed.error.message}` };
	const least = levels.find((name) => name === level?.toLowerCase());
	if (level !== undefined && !least)
		return { ok: false, fault: `--level takes ${levels.slice(0, -1).join(', ')} or fatal.` };
	const more = [
		service === undefined ? '' : query.equal('service', service),
		least ? `level:>=${least}` : ''
	];
	const asked = more.some(Boolean) && text ? `(${text})` : text;
	return { ok: true, text: [asked, ...more].filter(Boolean).join(' ') };
}

function wrong(message: string): Invocation {
	return { ok: false, status: 2, message: `${message}\n\n${usage}` };
}
