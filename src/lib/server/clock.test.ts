import { expect, test } from 'vitest';
import { Clock } from './clock.ts';

const minute = 60_000;

/** A machine whose clock can be set. */
function machine(own: number) {
	const state = { own, monotonic: 1_000 };
	const clock = new Clock(
		() => state.own,
		() => state.monotonic
	);
	const pass = (ms: number) => {
		state.own += ms;
		state.monotonic += ms;
	};
	return { state, clock, pass };
}

test('goes by its own clock as long as that agrees with PostgreSQL’s', () => {
	const { state, clock, pass } = machine(10 * minute);
	expect(clock.now()).toBe(10 * minute);
	clock.learn(10 * minute + 1_500, state.monotonic);
	pass(500);
	expect([clock.now(), clock.isOff, clock.aheadMs]).toEqual([10 * minute + 500, false, -1_500]);
});

test.each([5, -5])('that is %i minutes off goes by PostgreSQL’s', (minutes) => {
	const { state, clock, pass } = machine(10 * minute);
	clock.learn((10 - minutes) * minute, state.monotonic);
	pass(1_000);
	expect([clock.now(), clock.isOff]).toEqual([(10 - minutes) * minute + 1_000, true]);
	expect(clock.aheadMs).toBe(minutes * minute);
});

test('that jumps is left at once, and trusted again once it is right', () => {
	const { state, clock, pass } = machine(10 * minute);
	clock.learn(10 * minute, state.monotonic);
	state.own += 5 * minute;
	pass(10);
	expect(clock.now()).toBe(10 * minute + 10);
	state.own -= 5 * minute;
	expect(clock.now()).toBe(10 * minute + 10);
	expect(clock.isOff).toBe(false);
});

test('takes an answer to be from the middle of its wait, and ignores one that was long in coming', () => {
	const { state, clock, pass } = machine(0);
	const askedAt = state.monotonic;
	pass(400);
	clock.learn(5 * minute, askedAt);
	expect(clock.now()).toBe(5 * minute + 200);
	const again = state.monotonic;
	pass(3_000);
	clock.learn(9 * minute, again);
	expect(clock.now()).toBe(5 * minute + 3_200);
});
