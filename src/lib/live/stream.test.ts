import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SseEvent } from './sse.ts';
import * as stream from './stream.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let address: string;
/** The server's reaction to its first, second, … request; the last one answers all that follow. */
let handlers: Handler[];
let requests: IncomingMessage[];
let opened: stream.Stream | null = null;

beforeEach(async () => {
	handlers = [];
	requests = [];
	server = createServer((request, response) => {
		const handler = handlers[Math.min(requests.length, handlers.length - 1)];
		requests.push(request);
		handler?.(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
	opened?.close();
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

/** Opens a stream; `until` resolves when a status or an event satisfies the condition. */
function open(options: Partial<stream.Options> = {}) {
	const statuses: stream.Status[] = [];
	const events: SseEvent[] = [];
	const waiting: { done: () => boolean; resolve: () => void }[] = [];
	const look = () => waiting.filter(({ done }) => done()).forEach(({ resolve }) => resolve());
	opened = stream.open({
		url: address,
		cursor: '41',
		retryMs: 5,
		onEvents: (batch) => {
			events.push(...batch);
			look();
		},
		onStatus: (status) => {
			statuses.push(status);
			look();
		},
		...options
	});
	const until = (done: () => boolean) =>
		new Promise<void>((resolve) => {
			waiting.push({ done, resolve });
			look();
		});
	const reached = (state: stream.Status['state']) => until(() => statuses.at(-1)?.state === state);
	return { stream: opened, statuses, events, until, reached };
}

const send =
	(text: string): Handler =>
	(_, response) => {
		response.writeHead(200, { 'Content-Type': 'text/event-stream' });
		response.write(text);
	};

const sendAndCut =
	(text: string): Handler =>
	(_, response) => {
		response.writeHead(200, { 'Content-Type': 'text/event-stream' });
		response.write(text, () => response.destroy());
	};

function sendUntilCut(text: string): [Handler, Promise<void>] {
	let cut = () => {};
	const closed = new Promise<void>((resolve) => (cut = resolve));
	const handler: Handler = (request, response) => {
		response.on('close', cut);
		send(text)(request, response);
	};
	return [handler, closed];
}

const refuse =
	(status: number, detail: string, headers: Record<string, string> = {}): Handler =>
	(_, response) => {
		response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
		response.end(JSON.stringify({ title: 'Refused', status, detail }));
	};

describe('a stream', () => {
	test('begins after its cursor and delivers what comes', async () => {
		handlers = [send('id: 42\ndata: {"seq":42}\n\n')];
		const { events, statuses, until, stream } = open();
		await until(() => events.length === 1);
		expect(requests[0]?.headers['last-event-id']).toBe('41');
		expect(events).toEqual([{ id: '42', type: 'message', data: '{"seq":42}' }]);
		expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'live']);
		expect(stream.cursor).toBe('42');
	});

	test('goes on after the last id it saw when it is cut, ids without data included', async () => {
		handlers = [sendAndCut('id: 42\ndata: a\n\nid: 57\n\nid: 58\ndata: lost'), send('id: 58\ndata: b\n\n')];
		const { events, statuses, until } = open();
		await until(() => events.some(({ data }) => data === 'b'));
		expect(requests[1]?.headers['last-event-id']).toBe('57');
		expect(events.flatMap(({ data }) => data ?? [])).toEqual(['a', 'b']);
		expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'live', 'reconnecting', 'live']);
	});

	test('a character that two pieces of the network share stays whole', async () => {
		const bytes = Buffer.from('data: é\n\n');
		handlers = [
			(_, response) => {
				response.writeHead(200);
				response.write(bytes.subarray(0, 7), () => setImmediate(() => response.write(bytes.subarray(7))));
			}
		];
		const { events, until } = open();
		await until(() => events.length === 1);
		expect(events[0]?.data).toBe('é');
	});

	test('a refusal that may pass is told with its reason, and tried again', async () => {
		handlers = [refuse(503, 'The database is unavailable'), send(': connected\n\n')];
		const { statuses, reached } = open();
		await reached('live');
		expect(statuses[1]).toMatchObject({ state: 'offline', reason: 'The database is unavailable' });
	});

	test('waits as long as Retry-After says', async () => {
		handlers = [refuse(503, 'Full', { 'Retry-After': '30' })];
		const { statuses, reached } = open();
		await reached('offline');
		const [, status] = statuses;
		expect(status?.state === 'offline' && status.retryAt).toBeGreaterThan(Date.now() + 29_000);
	});

	test.each([
		[401, 'signed out', 'You are signed out: the session has ended. Sign in again.'],
		[403, 'access removed', 'Close the bracket'],
		[404, 'access removed', 'Close the bracket'],
		[400, 'Close the bracket', undefined]
	])('a %i ends it for good: %s', async (status, reason, detail) => {
		handlers = [refuse(status, 'Close the bracket')];
		const { statuses, reached } = open();
		await reached('ended');
		expect(statuses.at(-1)).toEqual({ state: 'ended', reason, detail });
		expect(requests).toHaveLength(1);
	});

	test.each(['signed out', 'access removed'])('the event end with "%s" ends it for good', async (reason) => {
		handlers = [send(`id: 42\ndata: a\n\nevent: end\ndata: ${JSON.stringify({ reason })}\n\n`)];
		const { statuses, events, reached } = open();
		await reached('ended');
		expect(statuses.at(-1)).toEqual({ state: 'ended', reason });
		expect(events).toHaveLength(1);
	});

	test('a server that stops is met again, no sooner than it asked', async () => {
		let stoppedAt = 0;
		handlers = [
			(request, response) => {
				stoppedAt = Date.now();
				send('retry: 120\nevent: end\ndata: {"reason":"server stopping"}\n\n')(request, response);
			},
			send(': connected\n\n')
		];
		const { statuses, until } = open();
		await until(() => statuses.filter(({ state }) => state === 'live').length === 2);
		expect(Date.now() - stoppedAt).toBeGreaterThanOrEqual(118);
	});

	test('a connection that fell silent is given up and opened anew', async () => {
		handlers = [send('id: 42\n\n'), send('id: 43\ndata: a\n\n')];
		const { events, statuses, until } = open({ silenceMs: 60 });
		await until(() => events.some(({ data }) => data === 'a'));
		expect(statuses).toContainEqual({ state: 'reconnecting', reason: 'no sign of life from the server' });
		expect(requests[1]?.headers['last-event-id']).toBe('42');
	});

	test('heartbeats are signs of life', async () => {
		handlers = [
			(request, response) => {
				send(': connected\n\n')(request, response);
				let beats = 0;
				const timer = setInterval(() => response.write(++beats < 8 ? ': beat\n\n' : 'data: a\n\n'), 100);
				response.on('close', () => clearInterval(timer));
			}
		];
		const { events, until } = open({ silenceMs: 500 });
		await until(() => events.length > 0);
		expect(requests).toHaveLength(1);
	});

	test('a server that is away is tried again, each time later', async () => {
		handlers = [(_, response) => response.destroy()];
		const { statuses, until } = open({ retryMs: 10 });
		await until(() => statuses.filter(({ state }) => state === 'offline').length === 4);
		const [first, , , last] = statuses.flatMap((status) =>
			status.state === 'offline' ? [status.retryAt] : []
		);
		expect((last ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(40 + 80);
	});

	test('closing cuts the connection and nothing is tried again', async () => {
		const [handler, closed] = sendUntilCut(': connected\n\n');
		handlers = [handler];
		const { stream, statuses, reached } = open();
		await reached('live');
		stream.close();
		await closed;
		expect([statuses.at(-1), requests.length]).toEqual([{ state: 'live' }, 1]);
	});

	test('that may not keep its connection asks again and again, and goes on after what it has', async () => {
		const caughtUp = 'event: end\ndata: {"reason":"caught up"}\n\n';
		handlers = [send(`id: 42\ndata: a\n\n${caughtUp}`), send('id: 43\ndata: b\n\n')];
		const { statuses, events, stream, until } = open({ isKept: false });
		await until(() => events.length === 1);
		expect(statuses.at(-1)).toEqual({ state: 'live', everyMs: 2000 });
		stream.keep(true);
		await until(() => events.length === 2);
		const asked = requests.map(({ url, headers }) => `${url} after ${headers['last-event-id']}`);
		expect(asked).toEqual(['/?follow=false after 41', '/ after 42']);
	});

	test('that may not keep its connection any longer gives it up without missing anything', async () => {
		const [first, closed] = sendUntilCut('id: 42\ndata: a\n\nid: 43\nda');
		handlers = [first, send('id: 43\ndata: b\n\n')];
		const { statuses, events, stream, until } = open();
		await until(() => events.length === 1);
		stream.keep(false);
		await Promise.all([closed, until(() => events.length === 2)]);
		expect(requests[1]?.headers['last-event-id']).toBe('42');
		expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'live', 'live']);
	});

	test('tells what the clock of the server shows', async () => {
		handlers = [send(': connected\n\n')];
		const readings: stream.ClockReading[] = [];
		const { reached } = open({ onClock: (reading) => readings.push(reading) });
		await reached('live');
		expect(readings).toHaveLength(1);
		expect(Math.abs((readings[0]?.date ?? 0) - Date.now())).toBeLessThan(2500);
	});

	test('what the server cannot reach is told apart from a lost connection, and so is its return', async () => {
		const since = '2026-11-28T12:00:00.000Z';
		const status = (data: object) => `event: status\ndata: ${JSON.stringify(data)}\n\n`;
		let sendMore = (_: string): unknown => null;
		handlers = [
			(_, response) => {
				sendMore = (text) => response.write(text);
				response.writeHead(200, { 'Content-Type': 'text/event-stream' });
				response.write(`id: 42\ndata: a\n\n${status({ outage: 'database', since })}`);
			}
		];
		const { statuses, events, until, reached, stream: opened } = open();
		await reached('waiting');
		sendMore(`${status({ outage: null })}id: 43\ndata: b\n\n`);
		await until(() => events.length === 2);
		expect(statuses).toEqual([
			{ state: 'connecting' },
			{ state: 'live' },
			{ state: 'waiting', outage: { outage: 'database', since } },
			{ state: 'live' }
		]);
		expect(events.map(({ data }) => data)).toEqual(['a', 'b']);
		expect(opened.cursor).toBe('43');
	});

	test('a refusal because of an outage is waited out, and says since when it lasts', async () => {
		const outage = { outage: 'disk', since: '2026-11-28T12:00:00.000Z' };
		handlers = [
			(_, response) => {
				response.writeHead(503, { 'content-type': 'application/problem+json' });
				response.end(JSON.stringify({ status: 503, detail: 'The disk is full.', ...outage }));
			},
			send(': connected\n\n')
		];
		const { statuses, reached } = open();
		await reached('live');
		expect(statuses).toEqual([{ state: 'connecting' }, { state: 'waiting', outage }, { state: 'live' }]);
	});
});
