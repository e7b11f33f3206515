import type { RequestEvent } from '@sveltejs/kit';
import { problem } from '$server/problem';
import { noDeploy } from '../../none';
import { streamOf } from './stream-of';

/** The raw bytes of a log, whole or in one range (RFC 9110, section 14), as they came. */
export async function raw(
	{ request, url, locals }: RequestEvent,
	org: string,
	id: string
): Promise<Response> {
	const { deploys } = locals.app;
	const position = deploys.positionOf(org, id);
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
		headers.set('content-disposition', `attachment; filename="deploy-${id}.log"`);
	const body = request.method === 'HEAD' ? null : streamOf(deploys.bytes(org, id, { from, to }));
	return new Response(body, { status: range ? 206 : 200, headers });
}

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
