/** Many times the size of a page's largest form, in bytes. */
export const limit = 64 * 1024;

/**
 * The request with a body that cannot be read beyond the limit, declared length or not: reading then fails with what `refuse`
 * throws, before anything is parsed.
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
	// Read only on demand, so that an unread form costs nothing.
	const body = new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
	return new Request(request, { body, duplex: 'half' } as RequestInit);
}

/**
 * Reads and drops the rest. SvelteKit's `cancel` would cut the connection before the answer is out, and a browser still sending
 * would show that instead.
 */
async function drop(source: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
	try {
		while (!(await source.read()).done);
	} catch {
		// The client went away, or exceeded the limit of any request: there was nothing to keep.
	}
}
