/** Many times what the largest form of a page holds, in bytes. */
export const limit = 64 * 1024;

/**
 * The request with a body that cannot be read beyond the limit, whether its length was declared or not: reading then fails
 * with what `refuse` throws, before anything is parsed.
 */
export function bounded(request: Request, refuse: () => never): Request {
	if (request.body === null) return request;
	const source = request.body.getReader();
	let size = Number(request.headers.get('content-length') ?? 0) > limit ? Infinity : 0;

	async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
		if (size <= limit) {
			const { value, done } = await source.read();
			if (done) return controller.close();
			size += value.length;
			if (size <= limit) return controller.enqueue(value);
		}
		void drop(source);
		refuse();
	}

	const cancel = (reason: unknown) => source.cancel(reason);
	// Read only when somebody asks, so that a form which nobody reads is none.
	const body = new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
	return new Request(request, { body, duplex: 'half' } as RequestInit);
}

/**
 * Takes the rest and drops it. SvelteKit's `cancel` would cut the connection before the answer is out, and a browser that
 * is not done sending would show that instead.
 */
async function drop(source: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
	try {
		while (!(await source.read()).done);
	} catch {
		// The client went away, or sent more than any request may have: nothing was to be kept of it.
	}
}
