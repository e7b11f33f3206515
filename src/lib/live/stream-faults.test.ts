import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refuse, send, StreamScene } from '../../../tests/support/logs/stream-scene.ts';

let scene: StreamScene;
beforeEach(async () => void (scene = await StreamScene.begin()));
afterEach(() => scene.end());

describe('a stream', () => {
	test('a refusal that may pass is told with its reason, and tried again', async () => {
		scene.handlers = [refuse(503, 'The database is unavailable'), send(': connected\n\n')];
		const { statuses, reached } = scene.open();
		await reached('live');
		expect(statuses[1]).toMatchObject({ state: 'offline', reason: 'The database is unavailable' });
	});

	test('waits as long as Retry-After says', async () => {
		scene.handlers = [refuse(503, 'Full', { 'Retry-After': '30' })];
		const { statuses, reached } = scene.open();
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
		scene.handlers = [refuse(status, 'Close the bracket')];
		const { statuses, reached } = scene.open();
		await reached('ended');
		expect(statuses.at(-1)).toEqual({ state: 'ended', reason, detail });
		expect(scene.requests).toHaveLength(1);
	});

	test.each(['signed out', 'access removed'])('the event end with "%s" ends it for good', async (reason) => {
		scene.handlers = [send(`id: 42\ndata: a\n\nevent: end\ndata: ${JSON.stringify({ reason })}\n\n`)];
		const { statuses, events, reached } = scene.open();
		await reached('ended');
		expect(statuses.at(-1)).toEqual({ state: 'ended', reason });
		expect(events).toHaveLength(1);
	});

	test('a server that stops is met again, no sooner than it asked', async () => {
		let stoppedAt = 0;
		scene.handlers = [
			(request, response) => {
				stoppedAt = Date.now();
				send('retry: 120\nevent: end\ndata: {"reason":"server stopping"}\n\n')(request, response);
			},
			send(': connected\n\n')
		];
		const { statuses, until } = scene.open();
		await until(() => statuses.filter(({ state }) => state === 'live').length === 2);
		expect(Date.now() - stoppedAt).toBeGreaterThanOrEqual(118);
	});

	test('a connection that fell silent is given up and opened anew', async () => {
		scene.handlers = [send('id: 42\n\n'), send('id: 43\ndata: a\n\n')];
		const { events, statuses, until } = scene.open({ silenceMs: 60 });
		await until(() => events.some(({ data }) => data === 'a'));
		expect(statuses).toContainEqual({ state: 'reconnecting', reason: 'no sign of life from the server' });
		expect(scene.requests[1]?.headers['last-event-id']).toBe('42');
	});

	test('heartbeats are signs of life', async () => {
		scene.handlers = [
			(request, response) => {
				send(': connected\n\n')(request, response);
				let beats = 0;
				const timer = setInterval(() => response.write(++beats < 8 ? ': beat\n\n' : 'data: a\n\n'), 100);
				response.on('close', () => clearInterval(timer));
			}
		];
		const { events, until } = scene.open({ silenceMs: 500 });
		await until(() => events.length > 0);
		expect(scene.requests).toHaveLength(1);
	});

	test('a server that is away is tried again, each time later', async () => {
		scene.handlers = [(_, response) => response.destroy()];
		const { statuses, until } = scene.open({ retryMs: 10 });
		await until(() => statuses.filter(({ state }) => state === 'offline').length === 4);
		const [first, , , last] = statuses.flatMap((status) =>
			status.state === 'offline' ? [status.retryAt] : []
		);
		expect((last ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(40 + 80);
	});

	test('what the server cannot reach is told apart from a lost connection, and so is its return', async () => {
		const since = '2026-11-28T12:00:00.000Z';
		const status = (data: object) => `event: status\ndata: ${JSON.stringify(data)}\n\n`;
		let sendMore = (_: string): unknown => null;
		scene.handlers = [
			(_, response) => {
				sendMore = (text) => response.write(text);
				response.writeHead(200, { 'Content-Type': 'text/event-stream' });
				response.write(`id: 42\ndata: a\n\n${status({ outage: 'database', since })}`);
			}
		];
		const { statuses, events, until, reached, stream: opened } = scene.open();
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
		scene.handlers = [
			(_, response) => {
				response.writeHead(503, { 'content-type': 'application/problem+json' });
				response.end(JSON.stringify({ status: 503, detail: 'The disk is full.', ...outage }));
			},
			send(': connected\n\n')
		];
		const { statuses, reached } = scene.open();
		await reached('live');
		expect(statuses).toEqual([{ state: 'connecting' }, { state: 'waiting', outage }, { state: 'live' }]);
	});
});
