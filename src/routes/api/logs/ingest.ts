import { json, type RequestEvent } from '@sveltejs/kit';
import type { Access } from '$server/access/authorize';
import type { AppendOutcome } from '$server/logs/writer';
import { problem } from '$server/http/problem';
import * as unavailable from '$server/health/unavailable';
import type { Incoming } from '../incoming';

/** POST /api/logs: decode, append, answer after the commit. */
export async function ingest(
	{ request, url, locals }: RequestEvent,
	{ org }: Access,
	incoming: Incoming
): Promise<Response> {
	const idempotencyKey = request.headers.get('idempotency-key');
	if (idempotencyKey !== null && (idempotencyKey.length > 128 || idempotencyKey === '')) {
		return problem(400, 'Idempotency-Key takes 1 to 128 characters.');
	}
	const { writer, decoder, watch } = locals.app;
	const respond = (outcome: AppendOutcome) =>
		outcome.kind === 'no room' ? unavailable.noRoom(watch.outage) : answerTo(outcome);
	if (!writer.hasRoom) return respond({ kind: 'no room' });
	if (writer.isFull(Number(request.headers.get('content-length') ?? 0))) return respond({ kind: 'full' });
	const read = await incoming.read();
	if (!read.ok) return read.response;

	const weight = read.bytes.length; // before they are given away
	const defaults = Object.fromEntries(url.searchParams);
	const contentType = request.headers.get('content-type');
	const received = await decoder.decode(org, { bytes: read.bytes, contentType, defaults, now: Date.now() });
	if ('status' in received) return problem(received.status, received.detail);

	const { report } = received;
	if (report.accepted === 0) {
		incoming.tell(report);
		return nothingAccepted(report);
	}
	const outcome = await writer.append({ org, ...received, bytes: weight, idempotencyKey });
	if (outcome.kind === 'stored') incoming.tell(outcome.answer);
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
