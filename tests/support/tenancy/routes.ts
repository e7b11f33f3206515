import type { Scope } from '../../../src/lib/server/postgres/words.ts';

export interface Endpoint {
	method: string;
	/** With `[id]` for a deploy's. */
	path: string;
	/** The scope that a key needs for it. */
	scope: Scope | 'either';
	/** Of the answer to an authorized request. */
	status: number;
	body?: string;
}

const log = '/api/deploys/[id]/log';
/** The routes of an organization's data; a method each. */
export const endpoints: Endpoint[] = [
	{ method: 'POST', path: '/api/logs', scope: 'write', status: 200, body: 'hello' },
	{ method: 'GET', path: '/api/logs', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/logs/stream', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/logs/search', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/logs/histogram', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/logs/fields', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/logs/1', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/logs/1/context', scope: 'read', status: 200 },
	{ method: 'POST', path: '/api/deploys', scope: 'write', status: 201, body: '{"service":"web"}' },
	{ method: 'GET', path: '/api/deploys', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/deploys/stream', scope: 'read', status: 200 },
	{ method: 'GET', path: '/api/deploys/[id]', scope: 'read', status: 200 },
	{ method: 'PATCH', path: log, scope: 'write', status: 204, body: 'hello' },
	{ method: 'GET', path: log, scope: 'read', status: 200 },
	{ method: 'HEAD', path: log, scope: 'either', status: 200 },
	{
		method: 'POST',
		path: '/api/deploys/[id]/finish',
		scope: 'write',
		status: 200,
		body: '{"status":"failed"}'
	},
	{ method: 'GET', path: '/api/deploys/[id]/stream', scope: 'read', status: 200 }
];
/** Its pages, below its slug. */
export const pages = ['/logs', '/deploys', '/deploys/[id]'];
