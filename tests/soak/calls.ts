import { setTimeout as sleep } from 'node:timers/promises';

export interface Call {
	method?: string;
	headers?: Record<string, string>;
	body?: string | Buffer<ArrayBuffer>;
}

/** An answer; status 0 means that none came. */
export interface Answer {
	status: number;
	headers: Headers;
	body: Buffer;
}

/** Chooses the server of the next request; it knows nothing of who is alive, like a balancer without checks. */
export type Next = () => string;

/** The servers by turns. */
export function byTurns(origins: readonly string[], turn = Math.floor(Math.random() * 100)): Next {
	return () => origins[turn++ % origins.length] ?? '';
}

const patience = 20_000; // ms
const leastPauseMs = 100;
const mostPauseMs = 1_000;

/** One attempt. Never rejects. */
export async function call(url: string, given: Call): Promise<Answer> {
	try {
		const response = await fetch(url, {
			...given,
			redirect: 'manual',
			signal: AbortSignal.timeout(patience)
		});
		const body = Buffer.from(await response.arrayBuffer());
		return { status: response.status, headers: response.headers, body };
	} catch (error) {
		return { status: 0, headers: new Headers(), body: Buffer.from(String((error as Error).cause ?? error)) };
	}
}

/** Whether an answer says that the same request may do better later: what shippers send again. */
export const isPassing = ({ status }: Answer) =>
	status === 0 || status >= 500 || status === 429 || status === 408;

/** Asks one server after another until the answer is not a passing failure; `tried` is told of each answer. */
export async function insist(
	next: Next,
	path: string,
	given: Call,
	tried: (answer: Answer) => void = () => {}
): Promise<Answer> {
	for (let pauseMs = leastPauseMs; ; pauseMs = Math.min(2 * pauseMs, mostPauseMs)) {
		const answer = await call(next() + path, given);
		tried(answer);
		if (!isPassing(answer)) return answer;
		await sleep(pauseMs);
	}
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

export const jsonOf = <Body>({ body }: Answer) => JSON.parse(String(body)) as Body;

/** For a fault's description. */
export const shown = ({ status, body }: Answer) => `${status} ${String(body).slice(0, 300)}`;
