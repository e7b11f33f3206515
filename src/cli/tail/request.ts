import * as failure from '../delivery/failure.ts';
import type { Server } from '../delivery/server.ts';

/** It has ended as it should, or has been left by the one who reads it. */
export interface Ended {
	kind: 'ended';
}

export interface Terms {
	headers: Record<string, string>;
	/** Ends it from outside. */
	signal: AbortSignal;
	/** After this long without a byte, in ms, it counts as cut; Infinity: never. */
	silence: number;
	/** Whether the server has answered before. */
	known: boolean;
	/** Gets each piece of the answer, and the next one once it is done with that; false: it needs no more. */
	take(text: string): Promise<boolean>;
}

/** Reads an answer as it comes. Never throws for what happens on the way. */
export async function read(server: Server, path: string, terms: Terms): Promise<Ended | failure.Failure> {
	const stop = new AbortController();
	const abort = () => stop.abort();
	if (terms.signal.aborted) abort();
	terms.signal.addEventListener('abort', abort);
	let timer: NodeJS.Timeout | undefined;
	if (terms.silence < Infinity) timer = setTimeout(abort, terms.silence);
	try {
		const response = await fetch(new URL(path, server.url), {
			headers: { ...terms.headers, authorization: `Bearer ${server.key}` },
			redirect: 'manual',
			signal: stop.signal
		});
		if (!response.ok || !response.body) return await refused(response, terms.known);
		return await pass(response.body, terms, () => timer?.refresh());
	} catch (error) {
		return failure.ofError(error as Error);
	} finally {
		clearTimeout(timer);
		terms.signal.removeEventListener('abort', abort);
		abort();
	}
}

async function refused(response: Response, known: boolean): Promise<failure.Failure> {
	const { status, headers } = response;
	return failure.ofReply({ status, headers, text: await response.text() }, known);
}

async function pass(
	body: ReadableStream<Uint8Array>,
	{ take }: Terms,
	heard: () => void
): Promise<Ended | failure.Failure> {
	const decoder = new TextDecoder();
	const reader = body.getReader();
	for (;;) {
		const next = await reader.read().catch(() => null); // a cut, whatever it is called
		if (!next) return { kind: 'later', afterMs: 0, reason: 'the connection was cut', doubtful: false };
		heard();
		if (next.done) return { kind: 'ended' };
		if (!(await take(decoder.decode(next.value, { stream: true })))) return { kind: 'ended' };
	}
}
