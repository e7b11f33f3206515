/** How many bytes may wait for a socket before its reader counts as full. */
const fullAt = 64 * 1024;

/** A reader's output: the body of one HTTP response. */
export interface Sink {
	/** Whether the socket takes more now. */
	writable(): boolean;
	/** Whether the socket has taken all it was given. */
	empty(): boolean;
	/** Resolves when the socket has taken all it was given, or is closed. */
	drained(): Promise<void>;
	write(bytes: Uint8Array): void;
	/** Ends the response after what was written. Idempotent. */
	close(): void;
	closed(): boolean;
}

/** A sink and the response body that it feeds. `onclose` is called once, when either side has closed it. */
export function sink(onclose: () => void): { sink: Sink; body: ReadableStream<Uint8Array> } {
	let controller: ReadableStreamDefaultController<Uint8Array>;
	let open = true;
	let waiting: Promise<void> | null = null;
	let wakeWaiting = () => {};

	function finish(): void {
		if (!open) return;
		open = false;
		wakeWaiting();
		onclose();
	}

	const body = new ReadableStream<Uint8Array>(
		{
			start: (given) => void (controller = given),
			// Called whenever the queue is below fullAt, so also when half-empty.
			pull: () => wakeWaiting(),
			cancel: finish
		},
		{ highWaterMark: fullAt, size: (bytes) => bytes.byteLength }
	);

	const room = () => (open ? (controller.desiredSize ?? 0) : 0);

	async function drained(): Promise<void> {
		while (open && room() < fullAt) {
			waiting ??= new Promise<void>((resolve) => (wakeWaiting = resolve)).then(() => void (waiting = null));
			await waiting;
		}
	}

	return {
		body,
		sink: {
			writable: () => room() > 0,
			empty: () => room() === fullAt,
			drained,
			write: (bytes) => void (open && controller.enqueue(bytes)),
			close() {
				if (!open) return;
				controller.close();
				finish();
			},
			closed: () => !open
		}
	};
}
