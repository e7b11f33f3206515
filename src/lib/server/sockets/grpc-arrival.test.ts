import { once } from 'node:events';
import { connect, constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limit } from './grpc-arrival.ts';

/** A call whose message stays unfinished, at a server that does this with it: how it is closed. */
async function call(handle: (stream: ServerHttp2Stream) => void): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	server.on('stream', handle);
	await once(server, 'listening');
	const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	onTestFinished(() => (session.close(), void server.close()));
	const stream = session.request({ ':method': 'POST' });
	stream.on('error', () => {}); // that it was closed
	stream.write('x');
	stream.resume();
	await once(stream, 'close');
	return stream.rstCode;
}

test('a message that does not arrive in time is given up, though it drips', async () => {
	const code = await call((stream) => {
		stream.on('error', () => {}); // that it was closed
		stream.resume();
		limit(stream, 50);
	});
	expect(code).toBe(constants.NGHTTP2_CANCEL);
});

test('a call that is answered early does not stay open', async () => {
	const code = await call((stream) => {
		limit(stream);
		stream.respond({ ':status': 200 }, { endStream: true });
	});
	expect(code).toBe(constants.NGHTTP2_NO_ERROR);
});
