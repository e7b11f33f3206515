import { sentenceOf, type Outage } from '../../log/outage.ts';
import * as postgres from '../postgres/connect.ts';
import { refuse, type Refused } from '../http/problem.ts';
import * as sqlite from '../sqlite/connect.ts';
import { Unavailable } from './watch.ts';

/** Seconds after which to try again. */
const retryAfterS = 2;

/** For who asked what the database broke off: it took too long (statement_timeout), or stood in others' way. Null for other errors. */
export function brokenOff(error: unknown): string | null {
	if (postgres.isTimedOut(error))
		return 'This took the database too long. Ask for less at a time, or try again later.';
	return postgres.isBrokenOff(error) ? "This was in the way of others' requests. Try again." : null;
}

/** The outage that caused an error, `known` if it is that one; null if the cause is something else. */
export function outageOf(error: unknown, known: Outage | null): Outage | null {
	if (error instanceof Unavailable) return error.outage;
	const isFull = postgres.isFull(error) || sqlite.isFull(error);
	if (!isFull && !postgres.isAway(error)) return null;
	const outage = isFull ? 'disk' : 'database';
	return known?.outage === outage ? known : { outage, since: new Date().toISOString() };
}

/** The sentence for a person whose request an outage broke; their browser still has a form they sent. */
export function sentenceFor(outage: Outage, method: string): string {
	const isForm = method === 'POST';
	return `${sentenceOf(outage)} ${isForm ? 'What you entered is still here: try again shortly.' : 'Try again shortly.'}`;
}

/** The same for a request given up while under way: it may still take effect. */
export function sentenceOfGivenUp(outage: Outage, method: string): string {
	const isSafe = method === 'GET' || method === 'HEAD';
	return `${sentenceOf(outage)} ${isSafe ? 'Try again shortly.' : 'It is not known whether this was done.'}`;
}

/** Why a request was refused that an outage broke. */
export function refusedBy(outage: Outage, detail = `${sentenceOf(outage)} Try again shortly.`): Refused {
	return { status: 503, detail, fields: { ...outage }, retryAfterS };
}

/** The same as an answer, for programs and for forms sent by a script. */
export function refusal(outage: Outage, detail?: string): Response {
	return refuse(refusedBy(outage, detail));
}

/** Why a request was refused that the disk has no room for. */
export function refusedForRoom(known: Outage | null): Refused {
	const since = known?.outage === 'disk' ? known.since : new Date().toISOString();
	return refusedBy({ outage: 'disk', since }, 'The disk is full. Nothing was stored: send it again later.');
}

/** The same as an answer. */
export function noRoom(known: Outage | null): Response {
	return refuse(refusedForRoom(known));
}

/** The same for a page that requested only its data, in SvelteKit's error format (2.70, client.js, load_data). */
export function asData(outage: Outage, message: string): Response {
	const headers = { 'retry-after': String(retryAfterS), 'cache-control': 'no-store' };
	return Response.json({ message, outage }, { status: 503, headers });
}

/** A rendered page about the outage, with the status and headers to match. */
export function asUnavailable(page: Response): Response {
	const headers = new Headers(page.headers);
	headers.set('retry-after', String(retryAfterS));
	headers.set('cache-control', 'no-store');
	return new Response(page.body, { status: 503, headers });
}
