import { jsonResponse, refuse } from './bulk-answer.ts';
import type { Asked } from './protocol.ts';

/** What clients ask before they send or beside it, below the address of the bulk API; what they set up there is not needed. */

/** Filebeat refuses a server that is older than itself, so the version is that of a client of Elastic's. */
const version = '8.17.0';

export function info(asked: Asked): Response {
	const agent = asked.headers.get('user-agent') ?? '';
	const number = /^Elastic-[\w-]+\/(\d{1,3}\.\d{1,3}\.\d{1,3})/.exec(agent)?.[1] ?? version;
	return jsonResponse(asked, {
		name: 'tailrace',
		cluster_name: 'tailrace',
		version: { number, build_flavor: 'default' }
	});
}

/** Logstash holds a server without an active one for dead. */
export function license(asked: Asked): Response {
	return jsonResponse(asked, { license: { status: 'active', type: 'basic', mode: 'basic' } });
}

/** Vector and winston-elasticsearch wait for it. */
export function clusterHealth(asked: Asked): Response {
	const health = { cluster_name: 'tailrace', status: 'green', timed_out: false, number_of_nodes: 1 };
	return jsonResponse(asked, health);
}

/** The bulk helper of elasticsearch-js, and pino-elasticsearch with it, ends with a refresh. */
export function refreshed(asked: Asked): Response {
	return jsonResponse(asked, { _shards: { total: 1, successful: 1, failed: 0 } });
}

/** Templates, policies, pipelines, indices: there are those that are asked for, and those that are sent are not needed. */
export function nothing(asked: Asked): Response {
	return jsonResponse(asked, {});
}

/** Anything else. */
export function bulkOnly(asked: Asked): Response {
	const detail =
		'Tailrace takes bulk requests here, and nothing else of Elasticsearch: send documents to _bulk.';
	return refuse({ status: 404, detail }, asked);
}
