import type { Clock } from '../lib/server/clock.ts';
import type { Refused } from '../lib/server/http/problem.ts';
import type { Body, Taken, Taking } from '../lib/server/ingest/taking.ts';
import * as unavailable from '../lib/server/health/unavailable.ts';
import type { Watch } from '../lib/server/health/watch.ts';
import { weightOf } from '../lib/server/logs/append.ts';
import type { AppendOutcome, LogWriter } from '../lib/server/logs/writer.ts';
import type { Decoder } from './decoder.ts';

/** What a body counts before it is read, in bytes, at most: a large one waits as chunks, which take an eighth of it and less. */
const mostAnnounced = 8 * 1024 * 1024;

/** The one way of bodies; see the interface. */
export function openTaking(parts: {
	writer: LogWriter;
	decoder: Decoder;
	watch: Watch;
	clock: Clock;
}): Taking {
	const { writer, decoder, watch, clock } = parts;

	function refusal(announced: number): Refused | null {
		if (!writer.hasRoom) return unavailable.refusedForRoom(watch.outage);
		return writer.isFull(Math.min(announced, mostAnnounced)) ? refusals.full : null;
	}

	async function take({ org, repeatKeyOf, idempotencyKey: given, ...job }: Body): Promise<Taken> {
		const size = job.bytes.length; // before they are given away
		const received = await decoder.decode(org, { ...job, now: clock.now() });
		if ('status' in received) return { ok: false, refused: received };
		const { entries, chunks, report, repaired, told } = received;
		if (report.accepted === 0) return { ok: true, result: report, repaired, told };
		const bytes = chunks ? weightOf(chunks) : size;
		const idempotencyKey = given ?? repeatKeyOf?.(told) ?? null;
		const outcome = await writer.append({ org, entries, chunks, report, bytes, idempotencyKey });
		if (outcome.kind === 'stored') return { ok: true, result: outcome.answer, repaired, told };
		const refused =
			outcome.kind === 'no room' ? unavailable.refusedForRoom(watch.outage) : refusals[outcome.kind];
		return { ok: false, refused, told };
	}

	return { refusal, take };
}

const refusals: Record<Exclude<AppendOutcome['kind'], 'stored' | 'no room'>, Refused> = {
	full: { status: 429, detail: 'The server is overloaded. Nothing was accepted: send it again.' },
	away: { status: 503, detail: 'The database is unavailable. Nothing was accepted: send it again.' },
	busy: { status: 503, detail: 'The database took too long. Nothing was accepted: send it again.' },
	unknown: {
		status: 503,
		detail: 'The database went away during the commit and it is not known whether the lines are stored.'
	},
	refused: {
		status: 400,
		detail: 'The database refused these lines; nothing of this request was accepted.'
	},
	gone: { status: 404, detail: 'The organization was deleted. Nothing was accepted: stop sending.' }
};
