import type { RequestEvent } from '@sveltejs/kit';
import type { Deploy } from '$server/deploys/deploy';
import { problem } from '$server/http/problem';
import { noDeploy } from '../../none';
import { streamOf } from './stream-of';

/** Characters not allowed in a file name, on any system: separators, quotes, wildcards, controls, directions of writing. */
const unsafe = /[\x00-\x1f\x7f-\x9f/\\:*?"<>|%;\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+/g; // eslint-disable-line no-control-regex

/** The raw bytes of a log, whole or in one range (RFC 9110, section 14), as they arrived. */
export async function raw(
	{ request, url, locals }: RequestEvent,
	org: string,
	id: string
): Promise<Response> {
	const { deploys } = locals.app;
	const position = await deploys.positionOf(org, id);
	if (!position) return noDeploy();
	const { size } = position;
	const range = rangeOf(request.headers.get('range'), size);
	if (range === 'unsatisfiable') {
		const response = problem(416, `The log has ${size} bytes.`);
		response.headers.set('content-range', `bytes */${size}`);
		return response;
	}
	const { from, to } = range ?? { from: 0, to: size };
	const headers = new Headers({
		'content-type': 'text/plain; charset=utf-8',
		'content-length': String(to - from),
		'accept-ranges': 'bytes',
		'upload-offset': String(position.cutAt ?? size)
	});
	if (range) headers.set('content-range', `bytes ${from}-${to - 1}/${size}`);
	if (url.searchParams.has('download'))
		headers.set('content-disposition', disposition(await deploys.get(org, id)));
	const body = request.method === 'HEAD' ? null : streamOf(deploys.bytes(org, id, { from, to }));
	return new Response(body, { status: range ? 206 : 200, headers });
}

/** A file named after the deploy, such as `web-staging-2026.11.28.log`; without a version, after the day it began (UTC). */
function disposition(deploy: Deploy | null): string {
	const { service = 'deploy', environment = null, version = null, started_at = '' } = deploy ?? {};
	const parts = [service, environment, version ?? started_at.slice(0, 10)].filter((part) => part);
	const name = parts.join('-').replace(unsafe, '_').replace(/^\.+/, '').slice(0, 150);
	const ascii = name.replace(/[^ -~]/g, '_');
	// RFC 6266: the second form is for clients that know it, and only where the first does not say it all.
	const full =
		ascii === name
			? ''
			: `; filename*=UTF-8''${encodeURIComponent(`${name}.log`).replace(/['()*]/g, encodeByte)}`;
	return `attachment; filename="${ascii}.log"${full}`;
}

const encodeByte = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** The bytes that a header asks for, `to` exclusive; null is all: also for several ranges or an unknown unit. */
function rangeOf(header: string | null, size: number): { from: number; to: number } | null | 'unsatisfiable' {
	const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
	if (first === '' && last === '') return null;
	if (first === '')
		return Number(last) === 0 ? 'unsatisfiable' : { from: Math.max(0, size - Number(last)), to: size };
	const from = Number(first);
	const to = last === '' ? size : Math.min(size, Number(last) + 1);
	return from < to ? { from, to } : 'unsatisfiable';
}
