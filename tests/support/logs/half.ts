import { once } from 'node:events';
import { request as open, type IncomingMessage } from 'node:http';

/** A request with half of its body sent. */
export interface Half {
	/** Sends the rest; the answer's status and text. */
	finish(): Promise<{ status: number; text: string }>;
	/** Goes away instead. */
	cut(): void;
}

/** Begins to send a body, and resolves when the server has started on the request. */
export async function begin(
	url: string,
	body: string,
	{ method = 'POST', headers }: { method?: string; headers: Record<string, string> }
): Promise<Half> {
	const sent = { ...headers, 'content-length': String(body.length), expect: '100-continue' };
	const request = open(url, { method, headers: sent });
	const answered = once(request, 'response') as Promise<[IncomingMessage]>;
	answered.catch(() => {}); // nobody asks for the answer to a request that is cut
	request.flushHeaders();
	await once(request, 'continue');
	const middle = Math.ceil(body.length / 2);
	request.write(body.slice(0, middle));

	async function finish() {
		request.end(body.slice(middle));
		const [response] = await answered;
		let text = '';
		for await (const part of response.setEncoding('utf8')) text += part;
		return { status: response.statusCode ?? 0, text };
	}

	return { finish, cut: () => void request.destroy() };
}

/** SvelteKit's answer to its script about a form. */
export interface FormAnswer {
	type: 'success' | 'failure' | 'redirect' | 'error';
	status: number;
}

/** Sends a form whose second half follows once `between` has resolved, and returns the answer. */
export async function sendForm(
	url: string,
	headers: Record<string, string>,
	form: Record<string, string>,
	between: () => Promise<unknown>
): Promise<FormAnswer> {
	const described = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
	const half = await begin(url, String(new URLSearchParams(form)), { headers: { ...headers, ...described } });
	await between();
	return JSON.parse((await half.finish()).text);
}
