import { json, type RequestEvent } from '@sveltejs/kit';
import type { Access } from '$server/access/authorize';
import { decode } from '$server/ingest/decode';
import type { AppendOutcome } from '$server/logs/writer';
import { problem } from '$server/http/problem';
import * as unavailable from '$server/health/unavailable';
import type { Incoming } from '../incoming';

/** How many rejections an answer lists (API.md). */
const mostErrors = 20;

/** POST /api/logs: decode, append, answer after the commit. */
export async function ingest(
	{ request, url, locals }: RequestEvent,
	{ org }: Access,
	{ read, tell }: Incoming
): Promise<Response> {
	const idempotencyKey = request.headers.get('idempotency-key');
	if (idempotencyKey !== null && (idempotencyKey.length > 128 || idempotencyKey === '')) {
		return problem(400, 'Idempotency-Key takes 1 to 128 characters.');
	}
	const { writer, watch } = locals.app;
	const respond = (outcome: AppendOutcome) =>
		outcome.kind === 'no room' ? unavailable.noRoom(watch.outage) : answerTo(outcome);
	if (!writer.hasRoom) return respond({ kind: 'no room' });
	if (writer.isFull(Number(request.headers.get('content-length') ?? 0))) return respond({ kind: 'full' });
	const received = await read();
	if (!received.ok) return received.response;

	const defaults = Object.fromEntries(url.searchParams);
	const decoded = decode(received.bytes, request.headers.get('content-type'), defaults, Date.now());
	if ('status' in decoded) return problem(decoded.status, decoded.detail);

	const { entries, rejected } = decoded;
	const report = {
		accepted: entries.length,
		rejected: rejected.length,
		...(rejected.length > 0 && { errors: rejected.slice(0, mostErrors) })
	};
	if (entries.length === 0) {
		tell(report);
		return nothingAccepted(report);
	}
	const append = { org, entries, report, bytes: received.bytes.length, idempotencyKey };
	const outcome = await writer.append(append);
	if (outcome.kind === 'stored') tell(outcome.answer);
	return respond(outcome);
}

function nothingAccepted(report: { accepted: number; rejected: number }): Response {
	if (report.rejected === 0) return problem(400, 'The body is empty: send at least one line.', report);
	return problem(400, 'Every line was rejected; "errors" says why.', report);
}

function answerTo(outcome: Exclude<AppendOutcome, { kind: 'no room' }>): Response {
	switch (outcome.kind) {
		case 'stored':
			return json(outcome.answer);
		case 'full':
			return problem(429, 'The server is overloaded. Nothing was accepted: send it again.');
		case 'away':
			return problem(503, 'The database is unavailable. Nothing was accepted: send it again.');
		case 'unknown':
			return problem(
				503,
				'The database went away during the commit and it is not known whether the lines are stored.'
			);
		case 'refused':
			return problem(400, 'The database refused these lines; nothing of this request was accepted.');
		case 'gone':
			return problem(404, 'The organization was deleted. Nothing was accepted: stop sending.');
	}
}
