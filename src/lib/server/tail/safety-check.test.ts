import { expect, test } from 'vitest';
import * as safety from './safety-check.ts';

/** Tails that stand at `positions` and, half a second later, at `later`. */
function tailsAt(positions: Record<string, number>, later = positions) {
	const looks = [positions, later];
	return { positions: () => new Map(Object.entries(looks.shift() ?? later)) };
}

function check(tails: ReturnType<typeof tailsAt>, heads: Record<string, number>) {
	const woken: string[] = [];
	const asked: string[][] = [];
	const headsOf = (topics: string[]) => {
		asked.push(topics);
		return Promise.resolve(new Map(Object.entries(heads)));
	};
	const missed = safety.check(tails, headsOf, (topic) => void woken.push(topic));
	return missed.then((count) => ({ count, woken, asked }));
}

test.concurrent('a tail that stays behind its head is woken and counted, and no other', async () => {
	const found = await check(tailsAt({ a: 5, b: 7, c: 9 }), { a: 6, b: 7, c: 8 });
	expect(found).toMatchObject({ count: 1, woken: ['a'] });
});

test.concurrent('a tail whose notification was only late is not counted', async () => {
	expect(await check(tailsAt({ a: 5 }, { a: 6 }), { a: 6 })).toMatchObject({ count: 0, woken: [] });
});

test.concurrent('a tail that has ended meanwhile is not counted', async () => {
	expect(await check(tailsAt({ a: 5 }, {}), { a: 6 })).toMatchObject({ count: 0, woken: [] });
});

test.concurrent('the heads of all topics are asked for at once', async () => {
	expect((await check(tailsAt({ a: 1, b: 1 }), {})).asked).toEqual([['a', 'b']]);
});

test.concurrent('nothing is asked while nobody reads', async () => {
	expect((await check(tailsAt({}), {})).asked).toEqual([]);
});
