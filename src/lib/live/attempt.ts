/** How one attempt at a live stream ended, and what that means for the next. */
import * as outages from '../log/outage.ts';
import { isOffline } from './network.ts';
import type * as sse from '../log/sse.ts';

/** How one attempt ended: `wait` is what the server asked for, in ms; `final` means that another would end the same. */
export interface Outcome {
	reason: string;
	detail?: string | undefined;
	refused?: boolean;
	/** What the server said it cannot reach. */
	outage?: outages.Outage | undefined;
	final?: boolean;
	wait?: number | undefined;
	/** It went as agreed, and the next is due in this many ms. */
	next?: number;
}

/** Why we end a healthy attempt: permission to keep the connection was given or withdrawn. */
export const turned = 'it may be kept open, or may not, from now on';

/** How long a window that may not keep its connection waits between polls, in ms. */
export const pollMs = 2_000;

/** Without an answer, or in the middle of one. Rethrows errors that are not the connection's fault. */
export function broken(error: unknown, signal: AbortSignal): Outcome {
	if (signal.reason === turned) return { reason: turned, next: 0 };
	if (typeof signal.reason === 'string') return { reason: isOffline() ? 'no network' : signal.reason };
	if (error instanceof TypeError || signal.aborted) {
		return { reason: isOffline() ? 'no network' : 'the server cannot be reached' };
	}
	throw error;
}

const signedOut = 'You are signed out: the session has ended. Sign in again.';

/** With an answer that is not a stream. */
export async function refused(response: Response): Promise<Outcome> {
	const { status } = response;
	// The server's advice also addresses programs: send a key.
	if (status === 401) return { reason: 'signed out', detail: signedOut, final: true };
	const problem = await problemOf(response);
	const detail = typeof problem.detail === 'string' ? problem.detail : undefined;
	if (status === 403 || status === 404) return { reason: 'access removed', detail, final: true };
	const reason = detail ?? `the server answered ${status}`;
	const passing = status >= 500 || status === 408 || status === 429;
	const seconds = Number(response.headers.get('Retry-After'));
	const wait = seconds > 0 ? seconds * 1000 : undefined;
	return { reason, refused: true, final: !passing, wait, outage: outages.read(problem) ?? undefined };
}

async function problemOf(response: Response): Promise<Record<string, unknown>> {
	if (!response.headers.get('Content-Type')?.includes('json')) return {};
	const problem: unknown = await response.json();
	return typeof problem === 'object' && problem !== null ? { ...problem } : {};
}

/** The server's event `status`: what it cannot reach now, null when that is over. */
export function outageOf({ data }: sse.SseEvent): outages.Outage | null {
	return outages.read(JSON.parse(data ?? 'null'));
}

/** The server's event `end`. */
export function ended(end: sse.SseEvent): Outcome {
	const { reason, detail } = JSON.parse(end.data ?? '{}') as Record<string, unknown>;
	if (reason === 'caught up') return { reason, next: pollMs };
	return {
		reason: typeof reason === 'string' ? reason : 'finished',
		...(typeof detail === 'string' && { detail }),
		final: reason !== 'server stopping'
	};
}
