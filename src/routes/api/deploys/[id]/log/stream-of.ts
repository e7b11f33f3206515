/** A response body that takes the next piece once the client has taken the last. */
export function streamOf(pieces: Generator<Uint8Array, void>): ReadableStream<Uint8Array> {
	return new ReadableStream({
		pull(controller) {
			const next = pieces.next();
			if (next.done) controller.close();
			else controller.enqueue(next.value);
		},
		cancel: () => void pieces.return()
	});
}
