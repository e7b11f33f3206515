import { expect, test } from 'vitest';
import { bus } from './bus.ts';

function observed() {
	const calls: string[] = [];
	const wakes = bus({
		listen: (topic) => void calls.push(`+${topic}`),
		unlisten: (topic) => void calls.push(`-${topic}`)
	});
	return { wakes, calls };
}

test('a topic is listened to from its first subscriber to its last', () => {
	const { wakes, calls } = observed();
	const first = wakes.subscribe('logs:a', () => {});
	const second = wakes.subscribe('logs:a', () => {});
	first();
	expect(calls).toEqual(['+logs:a']);
	second();
	expect(calls).toEqual(['+logs:a', '-logs:a']);
	expect(wakes.topics()).toEqual([]);
});

test('unsubscribing twice is unsubscribing once', () => {
	const { wakes, calls } = observed();
	const first = wakes.subscribe('logs:a', () => {});
	wakes.subscribe('logs:a', () => {});
	first();
	first();
	expect(calls).toEqual(['+logs:a']);
});

test('the same function subscribed twice is woken twice', () => {
	const { wakes } = observed();
	let woken = 0;
	const wake = () => void woken++;
	const end = wakes.subscribe('logs:a', wake);
	wakes.subscribe('logs:a', wake);
	wakes.wake('logs:a');
	end();
	wakes.wake('logs:a');
	expect(woken).toBe(3);
});

test('a wake-up reaches its own topic, and waking all reaches every one', () => {
	const { wakes } = observed();
	const woken: string[] = [];
	wakes.subscribe('logs:a', () => void woken.push('a'));
	wakes.subscribe('logs:b', () => void woken.push('b'));
	wakes.wake('logs:b');
	wakes.wake('logs:c');
	expect(woken).toEqual(['b']);
	wakes.wakeAll();
	expect(woken.sort()).toEqual(['a', 'b', 'b']);
});
