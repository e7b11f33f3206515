import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { levels, isLevel } from '../delivery/levels.ts';
import type { Defaults } from '../delivery/logs-api.ts';
import * as server from '../delivery/server.ts';
import * as glob from './glob.ts';
import type { Asked } from './shape.ts';
import type { Wanted } from './selection.ts';
import { usualFolder } from './state.ts';
import { usage } from './usage.ts';

/** What is read. */
export interface Files {
	kind: 'files';
	wanted: Wanted[];
	exclude: string[];
	/** Whether the journal is read. */
	journald: boolean;
	/** Its folder, if not the system's. */
	journalFolder: string | null;
	fromEnd: boolean;
	/** Where it is recorded how far everything was sent. */
	state: string;
	once: boolean;
}

export type Invocation =
	| {
			ok: true;
			/** Null: it is not known, because of `fault`. */
			server: server.Server | null;
			fault: string | null;
			defaults: Defaults;
			asked: Asked;
			hostAsked: boolean;
			input: { kind: 'stdin' } | Files;
	  }
	| { ok: false; status: 0 | 2; message: string };

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const options = {
	...{ service: text, level: text, host: text, label: texts, from: text, exclude: texts, state: text },
	...{ journald: flag, docker: flag, kubernetes: flag, once: flag, url: text, key: text },
	help: { type: 'boolean', short: 'h' }
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

/** The options and words after "tailrace ship". */
export function read(args: string[], env: NodeJS.ProcessEnv): Invocation {
	const parsed = parse(args);
	if (typeof parsed === 'string') return wrong(parsed);
	const { values, positionals } = parsed;
	if (values.help) return { ok: false, status: 0, message: usage };
	const fault = faultOf(values, positionals);
	if (fault) return wrong(fault);
	const labels = labelsOf(values.label ?? []);
	if (typeof labels === 'string') return wrong(labels);
	const { service, level, host } = values;
	const found = server.find(values, env);
	return {
		ok: true,
		server: found.ok ? found.server : null,
		fault: found.ok ? null : found.fault,
		defaults: { ...(service && { service }), ...(level && { level }), host: host || hostname() },
		asked: { service: service || null, labels },
		hostAsked: host !== undefined,
		input: positionals[0] === '-' ? { kind: 'stdin' } : filesOf(values, positionals, env)
	};
}

function parse(args: string[]) {
	try {
		return parseArgs({ args, options, allowPositionals: true });
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return error.message; // names the unknown option or word
	}
}

function faultOf(values: Values, words: string[]): string | null {
	const { service, level, from, exclude, journald, docker, kubernetes } = values;
	const named = [journald, docker, kubernetes].some(Boolean);
	if (words.length === 0 && !named)
		return 'Nothing to read: name files, or - for stdin, or use --journald, --docker or --kubernetes.';
	if (words.includes('-') && (words.length > 1 || named)) return '- is for stdin alone.';
	if (words.length > 0 && !service?.trim())
		return '--service is missing: name the service the lines belong to.';
	const pattern = [...words, ...(exclude ?? [])].map(glob.faultOf).find((fault) => fault !== null);
	if (pattern) return pattern;
	if (level !== undefined && !isLevel(level)) return `--level takes ${levels}.`;
	if (from !== undefined && from !== 'beginning' && from !== 'end') return '--from takes beginning or end.';
	return null;
}

/** Fields that have a meaning of their own (API.md): a label would replace them. */
const reserved = new Set([
	...['message', 'msg', 'log', 'body', 'time', 'timestamp', '@timestamp', 'ts', 'level', 'severity'],
	...['service', 'host', 'trace_id', 'traceId', 'span_id', 'spanId', 'attributes', '__proto__']
]);

function labelsOf(given: string[]): Record<string, string> | string {
	const labels: Record<string, string> = {};
	for (const label of given) {
		const at = label.indexOf('=');
		const name = label.slice(0, Math.max(at, 0));
		if (!name) return `--label takes NAME=VALUE, not "${label}".`;
		if (reserved.has(name)) return `--label can't be named ${name}: that is a field of every line.`;
		labels[name] = label.slice(at + 1);
	}
	return labels;
}

function filesOf(values: Values, patterns: string[], env: NodeJS.ProcessEnv): Files {
	const { exclude = [], from, state, once = false, journald = false, docker, kubernetes } = values;
	const wanted: Wanted[] = patterns.map((pattern) => ({ pattern, kind: 'plain' }));
	const dockerRoot = env.TAILRACE_DOCKER_LOGS || '/var/lib/docker/containers';
	if (docker) wanted.push({ pattern: `${dockerRoot}/*/*-json.log`, kind: 'docker' });
	const kubernetesRoot = env.TAILRACE_KUBERNETES_LOGS || '/var/log/containers';
	if (kubernetes) wanted.push({ pattern: `${kubernetesRoot}/*.log`, kind: 'kubernetes' });
	return {
		...{ kind: 'files', wanted, exclude, once, fromEnd: from === 'end' },
		...{ journald, journalFolder: env.TAILRACE_JOURNAL || null },
		state: state || usualFolder(env)
	};
}

function wrong(message: string): Invocation {
	return { ok: false, status: 2, message: `${message}\n\n${usage}` };
}
