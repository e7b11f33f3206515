import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Outage } from '../../log/outage.ts';
import { Unavailable, Watch } from './watch.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-28T12:00:00Z') }));
afterEach(() => void vi.useRealTimers());

/** A watch over the faults that the test sets, and what it has reported. */
function watched() {
	const state: { wrong: Outage['outage'] | null; told: (Outage | null)[] } = { wrong: null, told: [] };
	const watch = new Watch(
		() => Promise.resolve(state.wrong),
		(outage) => state.told.push(outage)
	);
	watch.start();
	return { state, watch };
}

test('an outage is told with the time when it was first seen, and so is its end', async () => {
	const { state, watch } = watched();
	await vi.advanceTimersByTimeAsync(1_000);
	state.wrong = 'database';
	watch.doubt();
	await vi.advanceTimersByTimeAsync(1_250);
	const outage = { outage: 'database', since: '2026-11-28T12:00:01.000Z' };
	expect(state.told).toEqual([outage]);
	expect(watch.outage).toEqual(outage);
	state.wrong = null;
	await vi.advanceTimersByTimeAsync(250);
	expect(state.told).toEqual([outage, null]);
	expect(watch.outage).toBeNull();
	watch.close();
});

test('what is over within a second is told to nobody', async () => {
	const { state, watch } = watched();
	state.wrong = 'database';
	watch.doubt();
	await vi.advanceTimersByTimeAsync(900);
	state.wrong = null;
	await vi.advanceTimersByTimeAsync(10_000);
	expect(state.told).toEqual([]);
	watch.close();
});

test('it looks every five seconds, also when nobody doubts', async () => {
	const { state, watch } = watched();
	await vi.advanceTimersByTimeAsync(100);
	state.wrong = 'disk';
	await vi.advanceTimersByTimeAsync(6_200);
	expect(state.told).toMatchObject([{ outage: 'disk' }]);
	watch.close();
});

test('what takes longer than three seconds during an outage is given up, and nothing else', async () => {
	const { state, watch } = watched();
	const outcome = (work: Promise<string>) => watch.whileAvailable(work).catch((error: unknown) => error);
	const hanging = outcome(new Promise(() => {}));
	const quick = outcome(Promise.resolve('done'));
	await vi.advanceTimersByTimeAsync(60_000); // without an outage a request may take its time
	state.wrong = 'database';
	watch.doubt();
	const late = outcome(new Promise((resolve) => setTimeout(resolve, 2_500, 'done')));
	await vi.advanceTimersByTimeAsync(4_000);
	expect(await hanging).toBeInstanceOf(Unavailable);
	expect(await Promise.all([quick, late])).toEqual(['done', 'done']);
	watch.close();
});
