/** A server's answer. */
export interface Reply {
	status: number;
	headers: { get(name: string): string | null };
	text: string;
}

/** Another try may succeed, after `afterMs` at the earliest. */
export interface Later {
	kind: 'later';
	afterMs: number;
	reason: string;
	/** Perhaps a typing error: worth more tries while there is other work, but not worth waiting for. */
	doubtful: boolean;
}

/** It will not get better. */
export interface Refused {
	kind: 'refused';
	reason: string;
}

export type Failure = Later | Refused;

/**
 * Failures that can pass: a server restarting, a network that was away. Anything else, such as a wrong certificate or a server
 * that does not speak HTTP, is just as wrong at the next try.
 */
const passing = new Set([
	...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EADDRNOTAVAIL'],
	...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'EMFILE', 'ENFILE', 'ENOBUFS'],
	...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']
]);

/** What a request without a reply means: its cause says what happened, as that of fetch does. */
export function ofError(error: Error): Failure {
	if (error.name === 'AbortError') return later('it does not answer');
	const cause = causeOf(error);
	// OpenSSL's message is a line of its internals; its reason is what went wrong, such as "wrong version number".
	const reason = cause.reason || opensslReason(cause.message) || cause.message || cause.code || error.message;
	// An unknown name: a typing error, or a container that is about to start.
	if (cause.code === 'ENOTFOUND') return { ...later(reason), doubtful: true };
	if (cause.code !== undefined && passing.has(cause.code)) return later(reason);
	return { kind: 'refused', reason: `the server cannot be used (${reason})` };
}

/** `write EPROTO …:error:0A00010B:SSL routines:function:wrong version number:file:line:`, as node:https has it. */
const opensslReason = (message: string) => /:error:[\dA-F]+:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1];

type Cause = NodeJS.ErrnoException & { reason?: string };

/** A host with several addresses fails with one error for each of them. */
function causeOf({ cause }: Error): Cause {
	if (cause instanceof AggregateError) return cause.errors.find(isPassing) ?? cause.errors[0] ?? cause;
	return cause instanceof Error ? cause : new Error();
}

function isPassing({ code }: NodeJS.ErrnoException): boolean {
	return code !== undefined && passing.has(code);
}

/** What an unsuccessful reply means. `known`: Tailrace has answered at this address before. */
export function ofReply(reply: Reply, known: boolean): Failure {
	const { status, headers } = reply;
	const problem = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
	const detail = problem ? fields(reply.text).detail : null;
	const place = headers.get('location'); // of a redirect, which is not followed: it would turn a POST into a GET
	const said = [status, detail ?? place].filter((part) => typeof part !== 'object').join(': ');
	if (status === 401 || status === 403) return { kind: 'refused', reason: `the key was refused (${said})` };
	// Some proxies say 404, without our problem document, while the server behind them restarts.
	const misplaced = known && status === 404 && !problem;
	if (!misplaced && status < 500 && status !== 408 && status !== 429) {
		return { kind: 'refused', reason: `the server refused the request (${said})` };
	}
	const seconds = Number(headers.get('retry-after') ?? 0);
	const afterMs = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 30) * 1000 : 0;
	return { ...later(`it answers ${said}`), afterMs };
}

/** The members of a JSON object; none for anything else, so that callers notice a missing one and say so. */
export function fields(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? { ...value } : {};
	} catch {
		return {}; // not JSON at all
	}
}

function later(reason: string): Later {
	return { kind: 'later', afterMs: 0, reason, doubtful: false };
}
