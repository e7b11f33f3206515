import { bulk } from './bulk.ts';
import * as bulkProbes from './bulk-probes.ts';
import { loki, ready } from './loki.ts';
import { datadog, isValid } from './datadog.ts';
import { firehose } from './firehose.ts';
import { gelf } from './gelf.ts';
import { hasNoAcknowledgements, hec, hecRaw, isHealthy, isThere } from './hec-answers.ts';
import { journald } from './journald.ts';
import { logplex } from './logplex.ts';
import { logsOnly, otlp } from './otlp.ts';
import type { Asked, Protocol, Streaming } from './protocol.ts';
import { vercel } from './vercel.ts';

/** An address that shippers know: where lines are sent, or what they ask before. */
export interface Route {
	methods: readonly string[];
	/** Parts of a path; one that begins with a colon is a parameter, `*` is any rest. */
	path: string;
	/** How lines are taken there. */
	protocol?: Protocol;
	/** How a stream of them is taken there. */
	streaming?: Streaming;
	/** What is answered to anybody. */
	probe?(asked: Asked): Response;
}

const posts = (protocol: Protocol, ...paths: string[]): Route[] =>
	paths.map((path) => ({ methods: ['POST'], path, protocol }));
const probes = (probe: Route['probe'] & {}, methods: string[], ...paths: string[]): Route[] =>
	paths.map((path) => ({ methods, path, probe }));

const asks = ['GET', 'HEAD'];
const setsUp = [...asks, 'PUT', 'POST', 'DELETE'];

/** Clients of Elasticsearch are given an address that ends in /es. */
const elasticsearch: readonly Route[] = [
	...['/es/_bulk', '/es/:index/_bulk', '/es/:index/:type/_bulk'].map((path) => ({
		methods: ['POST', 'PUT'],
		path,
		protocol: bulk
	})),
	...probes(bulkProbes.info, asks, '/es'),
	...probes(bulkProbes.license, asks, '/es/_license'),
	...probes(bulkProbes.clusterHealth, asks, '/es/_cluster/health/*'),
	...probes(bulkProbes.refreshed, [...asks, 'POST'], '/es/_refresh', '/es/:index/_refresh'),
	...probes(
		bulkProbes.nothing,
		setsUp,
		'/es/_xpack/*',
		'/es/_cat/health/*',
		'/es/_nodes/*',
		'/es/_ilm/policy/*'
	),
	...probes(
		bulkProbes.nothing,
		setsUp,
		'/es/_index_template/*',
		'/es/_template/*',
		'/es/_component_template/*'
	),
	...probes(bulkProbes.nothing, setsUp, '/es/_ingest/*', '/es/_data_stream/*'),
	...probes(
		bulkProbes.nothing,
		['PUT'],
		...['_mapping', '_settings', '_alias'].map((part) => `/es/:index/${part}/*`)
	),
	// These bring a document: nobody may take it for stored.
	...probes(
		bulkProbes.bulkOnly,
		['PUT'],
		'/es/:index/_doc/*',
		'/es/:index/_create/*',
		'/es/:index/:type/:id'
	),
	...probes(bulkProbes.nothing, ['HEAD', 'PUT'], '/es/*'),
	...probes(bulkProbes.bulkOnly, ['GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS'], '/es/*')
];

/** Splunk's HTTP Event Collector. */
const collector = '/services/collector';

/**
 * Every address of another product's protocol, the first that fits counts. From this list follow the reserved addresses of
 * organizations, which requests need no protection against forgery (they go by key alone), and what of a path is repaired.
 */
export const routes: readonly Route[] = [
	...posts(otlp, '/v1/logs', '/otlp/v1/logs'),
	...probes(logsOnly, ['POST'], '/v1/traces', '/v1/metrics', '/otlp/v1/traces', '/otlp/v1/metrics'),
	...posts(loki, '/loki/api/v1/push', '/api/prom/push'),
	...probes(ready, ['GET', 'HEAD'], '/ready', '/loki/ready'),
	...elasticsearch,
	...posts(hec, collector, `${collector}/event`, `${collector}/event/1.0`),
	...posts(hecRaw, `${collector}/raw`, `${collector}/raw/1.0`),
	...probes(hasNoAcknowledgements, ['POST'], `${collector}/ack`, `${collector}/ack/1.0`),
	...probes(isHealthy, ['GET', 'HEAD'], `${collector}/health`, `${collector}/health/1.0`),
	...probes(isThere, ['OPTIONS'], `${collector}/*`),
	...posts(datadog, '/api/v2/logs', '/v1/input', '/v1/input/:key'),
	...probes(isValid, ['GET'], '/api/v1/validate'),
	...posts(gelf, '/gelf'),
	...posts(logplex, '/heroku'),
	...posts(vercel, '/vercel'),
	...posts(firehose, '/firehose'),
	...['/journald/upload', '/upload'].map((path) => ({ methods: ['POST'], path, streaming: journald }))
];

/** The first parts of these paths, except /api, which is ours. */
export const roots: ReadonlySet<string> = new Set(
	routes.map(({ path }) => path.split('/')[1] ?? '').filter((root) => root !== 'api')
);

export type Found =
	| { kind: 'route'; route: Route; parameters: Record<string, string> }
	/** The address takes other methods. */
	| { kind: 'other methods'; allow: string };

const split = routes.map((route) => ({ route, parts: partsOf(route.path) }));

/** What is at a path, whatever slashes it has too many of; null if it is not an address of a protocol. */
export function find(method: string, path: string): Found | null {
	const parts = partsOf(path);
	const allowed = new Set<string>();
	for (const { route, parts: wanted } of split) {
		const parameters = match(wanted, parts);
		if (!parameters) continue;
		if (route.methods.includes(method)) return { kind: 'route', route, parameters };
		for (const allow of route.methods) allowed.add(allow);
	}
	return allowed.size > 0 ? { kind: 'other methods', allow: [...allowed].join(', ') } : null;
}

/** Whether a request may bring lines for as long as it likes. */
export function isStream({ method = '', url = '' }: { method?: string; url?: string }): boolean {
	const found = find(method, url.split('?', 1)[0] ?? '');
	return found?.kind === 'route' && found.route.streaming !== undefined;
}

function partsOf(path: string): string[] {
	return path.split('/').filter((part) => part !== '');
}

function match(wanted: readonly string[], parts: readonly string[]): Record<string, string> | null {
	const isOpen = wanted.at(-1) === '*';
	if (isOpen ? parts.length < wanted.length - 1 : parts.length !== wanted.length) return null;
	const parameters: Record<string, string> = {};
	for (const [index, part] of wanted.entries()) {
		const given = parts[index] ?? '';
		if (part.startsWith(':')) parameters[part.slice(1)] = given;
		else if (part !== '*' && part !== given) return null;
	}
	return parameters;
}
