import type { RequestEvent } from '@sveltejs/kit';
import { FlushFailed, type Appended } from '$server/deploys/pending';
import { problem } from '$server/http/problem';
import * as unavailable from '$server/health/unavailable';
import type { Incoming } from '../../../incoming';
import { marksOf } from '../../ages';
import { noDeploy } from '../../none';

/** Of one append. Source: API.md, Limits. */
const mostBytes = 10 * 1024 * 1024;

/** PATCH /api/deploys/{id}/log: answered when the bytes are on disk, or with where the log truly ends. */
export async function append(
	{ request, locals }: RequestEvent,
	{ org, id }: { org: string; id: string },
	{ read }: Incoming
): Promise<Response> {
	const now = Date.now();
	const { deploys, disk, watch, log } = locals.app;
	const offset = offsetOf(request.headers.get('upload-offset'));
	if (offset === undefined) return problem(400, 'Upload-Offset takes a number of bytes.');
	if (!disk.hasRoomForDeploys) return unavailable.noRoom(watch.outage);
	if (deploys.isFull(Number(request.headers.get('content-length') ?? 0))) return respond({ kind: 'full' });
	const received = await read({ mostBytes });
	if (!received.ok) return received.response;
	const marks = marksOf(request.headers.get('upload-ages'), received.bytes.length, now);
	if (!marks)
		return problem(400, 'Upload-Ages takes offsets in the body and ages in ms: 0=20000, 512=15000.');
	try {
		return respond(await deploys.append(org, id, offset, received.bytes, marks));
	} catch (error) {
		if (!(error instanceof FlushFailed)) throw error;
		log.error({ err: error, deploy: id }, 'a deploy log could not be written');
		const outage = unavailable.outageOf(error.cause, watch.outage);
		if (outage?.outage === 'disk') void disk.look();
		if (outage) return outage.outage === 'disk' ? unavailable.noRoom(outage) : unavailable.refusal(outage);
		return problem(503, 'The log could not be written. Nothing of it was stored: send it again.');
	}
}

/** Null: append at the end. Undefined: not a number of bytes. */
function offsetOf(header: string | null): number | null | undefined {
	if (header === null) return null;
	return /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

function respond(appended: Appended): Response {
	switch (appended.kind) {
		case 'stored':
			return new Response(null, { status: 204, headers: { 'upload-offset': String(appended.end) } });
		case 'wrong offset':
			return at(
				appended.end,
				problem(409, 'The log does not end there. Send again, starting at Upload-Offset.')
			);
		case 'too large':
			return at(appended.end, problem(413, 'The log has reached its limit and takes no more bytes.'));
		case 'finished':
			return problem(409, `The deploy has ended: ${appended.status}.`, { status: appended.status });
		case 'full':
			return problem(429, 'The server is overloaded. Nothing was accepted: send it again.');
		case 'none':
			return noDeploy();
	}
}

function at(end: number, response: Response): Response {
	response.headers.set('upload-offset', String(end));
	return response;
}
