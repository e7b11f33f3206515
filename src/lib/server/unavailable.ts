import { sentenceOf, type Outage } from '../log/outage.ts';
import * as postgres from './postgres/connect.ts';
import { problem } from './problem.ts';
import * as sqlite from './sqlite/connect.ts';
import { Unavailable } from './watch.ts';

/** Seconds after which to ask again. */
const retryAfterS = 2;

/** The outage that an error is due to, `known` if it is that one; null when it is due to something else. */
export function outageOf(error: unknown, known: Outage | null): Outage | null {
	if (error instanceof Unavailable) return error.outage;
	const isFull = postgres.isFull(error) || sqlite.isFull(error);
	if (!isFull && !postgres.isAway(error)) return null;
	const outage = isFull ? 'disk' : 'database';
	return known?.outage === outage ? known : { outage, since: new Date().toISOString() };
}

/** What somebody is told whose request was broken by an outage; who sent a form still has it. */
export function sentenceFor(outage: Outage, method: string): string {
	const isForm = method === 'POST';
	return `${sentenceOf(outage)} ${isForm ? 'What you entered is still here: try again shortly.' : 'Try again shortly.'}`;
}

/** The same of a request that was given up while it was under way: what it asked for may be done yet. */
export function sentenceOfGivenUp(outage: Outage, method: string): string {
	const isSafe = method === 'GET' || method === 'HEAD';
	return `${sentenceOf(outage)} ${isSafe ? 'Try again shortly.' : 'It is not known whether this was done.'}`;
}

/** The refusal of a request that an outage has broken, for programs and for forms sent by a script. */
export function refusal(outage: Outage, detail = `${sentenceOf(outage)} Try again shortly.`): Response {
	return problem(503, detail, { ...outage }, retryAfterS);
}

/** The refusal of what a full disk has no room for. */
export function noRoom(known: Outage | null): Response {
	const since = known?.outage === 'disk' ? known.since : new Date().toISOString();
	return refusal({ outage: 'disk', since }, 'The disk is full. Nothing was stored: send it again later.');
}

/** The same to a page that asked for its data alone, in the form in which SvelteKit takes an error (2.70, client.js, load_data). */
export function asData(outage: Outage, message: string): Response {
	const headers = { 'retry-after': String(retryAfterS), 'cache-control': 'no-store' };
	return Response.json({ message, outage }, { status: 503, headers });
}

/** A page that tells of the outage, as rendered, with the status and the headers that say so. */
export function asUnavailable(page: Response): Response {
	const headers = new Headers(page.headers);
	headers.set('retry-after', String(retryAfterS));
	headers.set('cache-control', 'no-store');
	return new Response(page.body, { status: 503, headers });
}
