import { expect, onTestFinished, test, vi } from 'vitest';
import type { PendingFrame } from './lane.ts';
import { Traces } from './traces.ts';

/** Takes messages and notes what is handed on, and what each sender of one hears. */
function scene() {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const traces = new Traces('UTC');
	const passed: string[] = [];
	const told: string[] = [];
	const send = (text: string, sender = 'web') => {
		const name = text.slice(-12);
		const frame: PendingFrame = {
			from: '192.0.2.1',
			bytes: Buffer.from(text),
			stored: () => void told.push(name),
			dropped: () => void told.push(`${name} dropped`)
		};
		traces.take(frame, sender, (whole) => {
			passed.push(whole.bytes.toString());
			whole.stored(null, 0);
		});
	};
	return { traces, passed, told, send };
}

const from = (app: string, message: string) => `<11>Nov 29 10:00:00 web-1 ${app}[7]: ${message}`;
const trace = [
	'java.lang.IllegalStateException: no stock',
	'\tat shop.Cart.add(Cart.java:7)',
	'Caused by: x'
];

test('the messages of a trace are one, although another program writes between them', () => {
	const { passed, told, send } = scene();
	for (const message of trace) {
		send(from('shop', message));
		send(from('nginx', 'GET /'));
	}
	send(from('shop', 'next'));
	const calm = Array.from({ length: 3 }, () => from('nginx', 'GET /'));
	expect(passed).toEqual([...calm, from('shop', trace.join('\n')), from('shop', 'next')]);
	expect(told).toHaveLength(7); // each sender hears of its own
});

test('a line without a header continues what its sender sent before it', () => {
	const { traces, passed, send } = scene();
	const [first = '', ...rest] = trace;
	send(`${from('shop', first)}\n`);
	send(rest[0] ?? '', 'other');
	for (const message of rest) send(message);
	traces.flush();
	expect(passed).toEqual([rest[0], from('shop', trace.join('\n'))]);
});

test('tabs that rsyslog has written as #011 count as tabs, and stay', () => {
	const { traces, passed, send } = scene();
	send(from('shop', 'Error: no stock'));
	send(from('shop', '#011at shop.Cart.add(Cart.java:7)'));
	traces.flush();
	expect(passed).toEqual([from('shop', 'Error: no stock\n#011at shop.Cart.add(Cart.java:7)')]);
});

test('what may go on waits a second for its next line, and five in all', async () => {
	const { passed, send } = scene();
	send(from('shop', 'request failed'));
	await vi.advanceTimersByTimeAsync(999);
	expect(passed).toEqual([]);
	await vi.advanceTimersByTimeAsync(1);
	expect(passed).toEqual([from('shop', 'request failed')]);

	send(from('shop', 'Error: endless'));
	for (let second = 0; second < 5; second += 0.5) {
		await vi.advanceTimersByTimeAsync(500);
		if (passed.length === 1) send(from('shop', '\tat again (x.js:1)'));
	}
	expect(passed).toHaveLength(2);
});

test('of a thousand beginnings that wait the oldest makes room for the next', () => {
	const { traces, passed, send } = scene();
	for (let app = 0; app <= 1_000; app++) send(from(`app-${app}`, 'Error: x'));
	expect(passed).toEqual([from('app-0', 'Error: x')]);
	traces.flush();
	expect(passed).toHaveLength(1_001);
});

test('what waits is bounded in bytes, too', () => {
	const { passed, send } = scene();
	const large = 'x'.repeat(200_000);
	for (let app = 0; app < 100; app++) send(from(`app-${app}`, `Error: ${large}`));
	expect(100 - passed.length).toBe(83); // of 16 MiB
	expect(passed[0]).toContain('app-0[');
});

test('calm lines and entries in JSON pass at once', () => {
	const { passed, send } = scene();
	send(from('shop', 'all is well'));
	send('{"message":"an error","level":"error"}');
	expect(passed).toHaveLength(2);
});
