import { expect, test } from 'vitest';
import { Clock } from './clock.ts';

function open() {
	let now = 0;
	const clock = new Clock(() => now);
	return { clock, pass: (ms: number) => void (now += ms) };
}

test('each piece keeps its age, whatever is sent when', () => {
	const { clock, pass } = open();
	clock.mark(0);
	pass(1_000);
	clock.mark(10);
	pass(4_000);
	clock.mark(30);
	expect(clock.ages(0, 50)).toEqual({ ages: '0=5000, 10=4000, 30=0', length: 50 });
	clock.forget(20);
	expect(clock.ages(20, 30)).toEqual({ ages: '0=4000, 10=0', length: 30 });
	expect(clock.ages(20, 5)).toEqual({ ages: '0=4000', length: 5 });
});

test('what came just now, or is a heartbeat, has no age', () => {
	const { clock, pass } = open();
	clock.mark(0);
	pass(300);
	expect(clock.ages(0, 10)).toEqual({ ages: null, length: 10 });
	pass(60_000);
	expect(clock.ages(10, 0)).toEqual({ ages: null, length: 0 });
});

test('pieces that come close together are one', () => {
	const { clock, pass } = open();
	for (let offset = 0; offset < 20; offset++, pass(30)) clock.mark(offset);
	pass(1_000);
	expect(clock.ages(0, 20).ages?.split(', ')).toHaveLength(5);
});

test('a request tells of 200 pieces, and the next one of those that follow', () => {
	const { clock, pass } = open();
	for (let offset = 0; offset < 500; offset++, pass(1_000)) clock.mark(offset);
	const { ages, length } = clock.ages(0, 500);
	expect([length, ages?.split(', ').length]).toEqual([200, 200]);
	expect(clock.ages(200, 300)).toMatchObject({
		length: 200,
		ages: expect.stringMatching(/^0=300000, 1=299000, /)
	});
});

test('a server that is away for days costs no more memory than one that is away for an hour', () => {
	const { clock, pass } = open();
	for (let offset = 0; offset < 100_000; offset++, pass(1_000)) clock.mark(offset);
	const first = clock.ages(0, 100_000);
	expect(first.length).toBeGreaterThan(200);
	expect(first.ages).toMatch(/^0=100000000, /);
});
