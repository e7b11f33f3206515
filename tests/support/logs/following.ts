import { expect } from 'vitest';

/** Reads a stream up to each text that is waited for, and gives what came, however long that takes. */
export function following({ body }: Response) {
	const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
	let text = '';
	return async (end: string | RegExp) => {
		for (; !text.match(end);)
			text += (await reader?.read())?.value ?? expect.fail(`the stream ended: ${text}`);
		const read = text;
		text = '';
		return read;
	};
}
