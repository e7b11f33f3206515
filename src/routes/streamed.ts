/**
 * The body of an answer that is made while it is read, no faster than its reader takes it. If making it fails, `failed` is told and
 * the connection is cut, so that the reader sees that this is not the end.
 */
export function streamed(
	parts: AsyncGenerator<Uint8Array, void>,
	failed: (error: unknown) => void
): ReadableStream<Uint8Array> {
	let isLeft = false;
	return new ReadableStream<Uint8Array>(
		{
			async pull(controller) {
				try {
					const { done, value } = await parts.next();
					if (isLeft) return;
					if (done) controller.close();
					else controller.enqueue(value);
				} catch (error) {
					failed(error);
					throw error;
				}
			},
			async cancel() {
				isLeft = true;
				await parts.return();
			}
		},
		{ highWaterMark: 0 }
	);
}
