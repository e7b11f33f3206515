import { constants, type ServerHttp2Stream } from 'node:http2';

/** How long a message may take to arrive whole, in ms: as long as a body over HTTP (http/arrival.ts). */
const arrivalMs = 60_000;

/**
 * Ends a call whose message does not arrive in time, which clients see as CANCELLED and send again (OTLP 1, "Failures" of gRPC), and
 * one that was answered before the message was whole: nobody wants the rest.
 */
export function limit(stream: ServerHttp2Stream, ms = arrivalMs): void {
	const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), ms);
	for (const event of ['end', 'close']) stream.once(event, () => clearTimeout(late));
	stream.once('finish', () => {
		if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
	});
}
