import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClockReading } from './stream.ts';
import { send, sendAndCut, sendUntilCut, StreamScene } from '../../../tests/support/logs/stream-scene.ts';

let scene: StreamScene;
beforeEach(async () => void (scene = await StreamScene.begin()));
afterEach(() => scene.end());

describe('a stream', () => {
	test('begins after its cursor and delivers what comes', async () => {
		scene.handlers = [send('id: 42\ndata: {"seq":42}\n\n')];
		const { events, statuses, until, stream } = scene.open();
		await until(() => events.length === 1);
		expect(scene.requests[0]?.headers['last-event-id']).toBe('41');
		expect(events).toEqual([{ id: '42', type: 'message', data: '{"seq":42}' }]);
		expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'live']);
		expect(stream.cursor).toBe('42');
	});

	test('goes on after the last id it saw when it is cut, ids without data included', async () => {
		scene.handlers = [
			sendAndCut('id: 42\ndata: a\n\nid: 57\n\nid: 58\ndata: lost'),
			send('id: 58\ndata: b\n\n')
		];
		const { events, statuses, until } = scene.open();
		await until(() => events.some(({ data }) => data === 'b'));
		expect(scene.requests[1]?.headers['last-event-id']).toBe('57');
		expect(events.flatMap(({ data }) => data ?? [])).toEqual(['a', 'b']);
		expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'live', 'reconnecting', 'live']);
	});

	test('a character that two pieces of the network share stays whole', async () => {
		const bytes = Buffer.from('data: é\n\n');
		scene.handlers = [
			(_, response) => {
				response.writeHead(200);
				response.write(bytes.subarray(0, 7), () => setImmediate(() => response.write(bytes.subarray(7))));
			}
		];
		const { events, until } = scene.open();
		await until(() => events.length === 1);
		expect(events[0]?.data).toBe('é');
	});

	test('closing cuts the connection and nothing is tried again', async () => {
		const [handler, closed] = sendUntilCut(': connected\n\n');
		scene.handlers = [handler];
		const { stream, statuses, reached } = scene.open();
		await reached('live');
		stream.close();
		await closed;
		expect([statuses.at(-1), scene.requests.length]).toEqual([{ state: 'live' }, 1]);
	});

	test('that may not keep its connection asks again and again, and goes on after what it has', async () => {
		const caughtUp = 'event: end\ndata: {"reason":"caught up"}\n\n';
		scene.handlers = [send(`id: 42\ndata: a\n\n${caughtUp}`), send('id: 43\ndata: b\n\n')];
		const { statuses, events, stream, until } = scene.open({ isKept: false });
		await until(() => events.length === 1);
		expect(statuses.at(-1)).toEqual({ state: 'live', everyMs: 2000 });
		stream.keep(true);
		await until(() => events.length === 2);
		const asked = scene.requests.map(({ url, headers }) => `${url} after ${headers['last-event-id']}`);
		expect(asked).toEqual(['/?follow=false after 41', '/ after 42']);
	});

	test('that may not keep its connection any longer gives it up without missing anything', async () => {
		const [first, closed] = sendUntilCut('id: 42\ndata: a\n\nid: 43\nda');
		scene.handlers = [first, send('id: 43\ndata: b\n\n')];
		const { statuses, events, stream, until } = scene.open();
		await until(() => events.length === 1);
		stream.keep(false);
		await Promise.all([closed, until(() => events.length === 2)]);
		expect(scene.requests[1]?.headers['last-event-id']).toBe('42');
		expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'live', 'live']);
	});

	test('tells what the clock of the server shows', async () => {
		scene.handlers = [send(': connected\n\n')];
		const readings: ClockReading[] = [];
		const { reached } = scene.open({ onClock: (reading) => readings.push(reading) });
		await reached('live');
		expect(readings).toHaveLength(1);
		expect(Math.abs((readings[0]?.date ?? 0) - Date.now())).toBeLessThan(2500);
	});
});
