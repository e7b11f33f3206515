import { once } from 'node:events';
import {
	createServer,
	request,
	type ClientRequest,
	type IncomingMessage,
	type RequestListener
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limit } from './arrival.ts';

const patience = { wholeMs: 300, silentMs: 300, lookEveryMs: 20 };

async function serve(handle: RequestListener) {
	const server = createServer({ requestTimeout: 0, headersTimeout: 60_000 }, handle);
	limit(server, ({ url }) => url === '/stream', patience);
	server.listen(0, '127.0.0.1');
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	await once(server, 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers once everything is here, with how much it was. */
const counting: RequestListener = (incoming, response) => {
	let bytes = 0;
	incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
	incoming.on('end', () => response.end(String(bytes)));
	incoming.on('error', () => {}); // of those that are cut
};

function begin(url: string): { asking: ClientRequest; status: Promise<number | undefined> } {
	const asking = request(url, { method: 'POST', agent: false });
	const status = once(asking, 'response').then(([answer]) => {
		(answer as IncomingMessage).resume();
		return (answer as IncomingMessage).statusCode;
	});
	asking.on('error', () => {}); // of those that are cut
	asking.write('x');
	return { asking, status };
}

/** Sends a byte every 20 ms, for this long or until it is answered. */
async function drip({ asking, status }: ReturnType<typeof begin>, ms: number): Promise<void> {
	let isAnswered = false;
	void status.finally(() => (isAnswered = true));
	const { promise, resolve } = Promise.withResolvers<void>();
	const started = Date.now();
	const sending = setInterval(() => {
		if (!isAnswered && Date.now() - started < ms) return void asking.write('x');
		clearInterval(sending);
		resolve();
	}, 20);
	await promise;
}

test('a body that does not arrive in time is answered 408, however busily it drips', async () => {
	const url = await serve(counting);
	const upload = begin(`${url}/body`);
	await drip(upload, 10_000);
	expect(await upload.status).toBe(408);
});

test('a stream that goes on is not cut, and one that is silent is', async () => {
	const url = await serve(counting);
	const busy = begin(`${url}/stream`);
	const silent = begin(`${url}/stream`);
	await drip(busy, patience.wholeMs * 4);
	busy.asking.end();
	expect([await busy.status, await silent.status]).toEqual([200, 408]);
});

test('a stream is not silent while nobody reads it', async () => {
	const url = await serve((incoming, response) => {
		incoming.once('data', () => {
			incoming.pause();
			setTimeout(() => incoming.resume(), patience.silentMs * 3);
		});
		incoming.once('end', () => response.end());
	});
	const upload = begin(`${url}/stream`);
	await drip(upload, patience.silentMs * 3);
	upload.asking.end();
	expect(await upload.status).toBe(200);
});

test('a stream that was answered may not go on for ever', async () => {
	const url = await serve((incoming, response) => {
		incoming.resume().on('error', () => {});
		response.end();
	});
	const upload = begin(`${url}/stream`);
	expect(await upload.status).toBe(200);
	const closed = once(upload.asking, 'close');
	const dripping = setInterval(() => upload.asking.write('x'), 20);
	await closed;
	clearInterval(dripping);
});

test('an answer may take any time once the request is here', async () => {
	const url = await serve((_incoming, response) => {
		response.writeHead(200).flushHeaders();
		setTimeout(() => response.end('late'), patience.wholeMs * 3);
	});
	expect(await (await fetch(url)).text()).toBe('late');
});
