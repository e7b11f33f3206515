import { once } from 'node:events';
import http from 'node:http';
import { json } from 'node:stream/consumers';

/** What SvelteKit answers its script about a form. */
export interface FormAnswer {
	type: 'success' | 'failure' | 'redirect' | 'error';
	status: number;
}

/** Sends a form of which the second half of the body follows once `between` has resolved, and gives the answer. */
export async function sendInTwoHalves(
	url: string,
	headers: Record<string, string>,
	form: Record<string, string>,
	between: () => Promise<unknown>
): Promise<FormAnswer> {
	const body = Buffer.from(String(new URLSearchParams(form)));
	const middle = body.length >> 1;
	const described = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
	const request = http.request(url, {
		method: 'POST',
		headers: { accept: 'application/json', ...headers, ...described }
	});
	const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
	answered.catch(() => {}); // awaited below
	request.write(body.subarray(0, middle));
	await between();
	request.end(body.subarray(middle));
	const [response] = await answered;
	return (await json(response)) as FormAnswer;
}
