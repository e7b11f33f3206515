import { expect, test } from 'vitest';
import { outcomeOf } from './outcome.ts';

const request = { method: 'POST', path: '/api/logs' };

test.each([
	[{ status: 200, lines: { accepted: 1, rejected: 0 } }, true, 'Accepted 1 line'],
	[{ status: 200, lines: { accepted: 1200, rejected: 2 } }, false, 'Accepted 1,200 lines, rejected 2 lines'],
	[{ status: 400, lines: { accepted: 0, rejected: 1 } }, false, 'Accepted 0 lines, rejected 1 line'],
	[{ status: 400, lines: { accepted: 0, rejected: 0 } }, false, 'Refused'],
	[{ status: 200, lines: { accepted: 0, rejected: 0 } }, true, 'Accepted 0 lines'],
	[{ status: 204 }, true, 'Answered'],
	[{ status: 415 }, false, 'Refused']
])('of %j it is said: ok %s, %s', (answer, ok, text) => {
	expect(outcomeOf({ ...request, ...answer })).toMatchObject({ ok, text });
});

test.each([400, 403, 404, 409, 413, 415, 429, 500, 503])('a %s comes with what to do about it', (status) => {
	expect(outcomeOf({ ...request, status }).advice).toMatch(/\w/);
});

test('what was repaired is told', () => {
	const advice = (shortened: number, undated: number) =>
		outcomeOf({
			...request,
			status: 200,
			lines: { accepted: 5, rejected: 0, repaired: { shortened, undated } }
		}).advice;
	expect(advice(0, 0)).toBe(null);
	expect(advice(1, 0)).toBe('Shortened 1 line to what a line may have.');
	expect(advice(0, 2)).toBe('The time of 2 lines could not be read: they have the time of their receipt.');
	expect(advice(1, 2)).toMatch(/^Shortened .* The time of /);
});
