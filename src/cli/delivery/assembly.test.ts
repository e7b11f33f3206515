import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Assembly, type Given } from './assembly.ts';

const origin = { service: null, members: '' };
const messages = (ndjson: string) =>
	ndjson
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => (JSON.parse(line) as { message: string }).message);

/** Lines of `stream: text`, each with the length of its text and a line end; `…` at the end of a part. */
function lines(...all: string[]): Given[] {
	let at = 0;
	return all.map((line) => {
		const [stream = '', ...rest] = line.split(':');
		const text = rest.join(':');
		const from = at;
		at += text.length + 1;
		return { stream, text: text.replace(/…$/, ''), isPart: text.endsWith('…'), from, to: at };
	});
}

test('a line waits for the next one of its stream; of two streams both wait', () => {
	const assembly = new Assembly(origin, true);
	const [one, two, three] = lines('out:one', 'err:two', 'out:three') as [Given, Given, Given];
	assembly.add(one, 0);
	expect([assembly.take(0), assembly.due]).toEqual([[], 100]);
	assembly.add(two, 50);
	assembly.add(three, 60);
	expect(assembly.take(60).map(({ to, ndjson }) => [to, messages(ndjson)])).toEqual([[4, ['one']]]);
	assembly.settle(150);
	expect(assembly.take(150).map(({ to }) => to)).toEqual([8]);
	assembly.settle(160);
	expect(assembly.take(160).map(({ to }) => to)).toEqual([14]);
});

test('what lies within an open trace of another stream is taken with it', () => {
	const assembly = new Assembly(origin, true);
	const all = lines('out:panic: a', 'err:one', 'err:two', 'out:goroutine 1 [running]:', 'err:three');
	for (const line of all) assembly.add(line, 0);
	expect(assembly.take(0)).toEqual([]);
	assembly.finish();
	const batches = assembly.take(0).map(({ to, ndjson }) => [to, messages(ndjson)]);
	expect(batches).toEqual([
		[all[3]?.to, ['panic: a\ngoroutine 1 [running]:', 'one', 'two']],
		[all[4]?.to, ['three']]
	]);
});

test('parts are joined to a line first, up to 256 KiB', () => {
	const assembly = new Assembly(origin, true);
	for (const line of lines('out:TypeError: …', 'err:other', 'out:x', 'out:  at f (x.js:1)'))
		assembly.add(line, 0);
	assembly.finish();
	const joined = assembly.take(0).flatMap(({ ndjson }) => messages(ndjson));
	expect(joined).toEqual(['TypeError: x\n  at f (x.js:1)', 'other']);
	const bar = lines(...Array.from({ length: 1000 }, () => `out:${'#'.repeat(1000)}\r…`));
	for (const line of bar) assembly.add(line, 0);
	expect(assembly.due).toBeLessThan(Infinity);
	assembly.finish();
	const cut = assembly.take(0).flatMap(({ ndjson }) => messages(ndjson));
	expect(cut.join('')).toHaveLength(1_001_000);
	expect(cut.length).toBeGreaterThan(3);
});

test('blank lines are nothing, but the place behind them counts', () => {
	const assembly = new Assembly(origin, true);
	for (const line of lines('out:', 'out: ', 'out:')) assembly.add(line, 0);
	expect(assembly.take(0)).toEqual([{ to: 4, lines: 0, ndjson: '' }]);
	expect(assembly.take(0)).toEqual([]);
});

test('whatever the streams, each line is in one batch, and the batches follow one another', () => {
	const text = fc.constantFrom(
		'a',
		' b',
		'panic: x',
		'goroutine 1 [running]:',
		'part…',
		'',
		'{"message":"m"}'
	);
	const line = fc
		.tuple(fc.constantFrom('out', 'err', 'log'), text)
		.map(([stream, text]) => `${stream}:${text}`);
	const steps = fc.array(fc.tuple(line, fc.constantFrom(0, 30, 150, 1_200), fc.boolean()), { maxLength: 60 });
	fc.assert(
		fc.property(steps, (steps) => {
			const assembly = new Assembly(origin, true);
			const given = lines(...steps.map(([line]) => line));
			let now = 0;
			const batches = given.flatMap((line, index) => {
				assembly.add(line, now);
				now += steps[index]?.[1] ?? 0;
				assembly.settle(now);
				return steps[index]?.[2] ? assembly.take(now) : [];
			});
			assembly.finish();
			batches.push(...assembly.take(now));
			const ends = batches.map(({ to }) => to);
			expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
			expect(ends.at(-1) ?? 0).toBe(given.at(-1)?.to ?? 0);
			let at = 0;
			for (const { to, ndjson } of batches) {
				const letters = (text: string) =>
					text
						.replaceAll(/\s|\{"message":"m"\}/g, '')
						.split('')
						.sort()
						.join('');
				const inside = given.filter((line) => line.from >= at && line.to <= to).map(({ text }) => text);
				expect(
					letters(
						messages(ndjson)
							.filter((text) => text !== 'm')
							.join('')
					)
				).toBe(letters(inside.join('')));
				at = to;
			}
		})
	);
});
