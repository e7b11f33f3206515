import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as alarm from './alarm.ts';

const day = 86_400_000; // ms

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([1, 60_000, 25 * day, 400 * day])('rings once, %d ms later and not before', (ms) => {
	const ring = vi.fn();
	alarm.set(Date.now() + ms, ring);
	vi.advanceTimersByTime(ms - 1);
	expect(ring).toHaveBeenCalledTimes(0);
	vi.advanceTimersByTime(1);
	vi.advanceTimersByTime(100 * day);
	expect(ring).toHaveBeenCalledTimes(1);
});

test('rings for a time that is over, but not before its caller goes on', () => {
	const ring = vi.fn();
	alarm.set(Date.now() - 1000, ring);
	expect(ring).not.toHaveBeenCalled();
	vi.advanceTimersByTime(0);
	expect(ring).toHaveBeenCalledTimes(1);
});

test.each([1000, 400 * day])('does not ring once it is silenced', (ms) => {
	const ring = vi.fn();
	const silence = alarm.set(Date.now() + ms, ring);
	vi.advanceTimersByTime(ms / 2);
	silence();
	silence();
	vi.advanceTimersByTime(ms);
	expect(ring).not.toHaveBeenCalled();
	expect(vi.getTimerCount()).toBe(0);
});
