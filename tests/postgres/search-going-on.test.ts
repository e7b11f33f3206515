import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
const count = 1_200;
/** An hour ago, at a full second. */
const start = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
const at = (second: number) => new Date(start + second * 1_000).toISOString();

/** 8 MB of text, so that a search takes several jobs. */
beforeAll(async () => {
	site = await startSite();
	tenant = await site.tenant();
	const filling = 'abcdefghij '.repeat(600);
	for (let sent = 0; sent < count; sent += 100) {
		const lines = Array.from({ length: 100 }, (_, index) => ({
			message: `line ${sent + index + 1} ${filling}`,
			level: index % 10 === 0 ? 'error' : 'info',
			time: at(sent + index)
		}));
		await tenant.send(...lines);
	}
});
afterAll(() => site.stop());

interface Told {
	matched: number;
	cursor: string | null;
	searched: { lines: number; complete?: boolean };
}

interface Heard extends Told {
	lines: number[];
	bars: number[][];
	levels: Record<string, number>;
	isDone: boolean;
}

/** A search that is left at its first progress with a line, or read to its end. */
async function hear(parameters: Record<string, string>, isLeft: boolean): Promise<Heard> {
	const leaving = new AbortController();
	const asked = new URLSearchParams({
		from: at(0),
		to: at(count),
		bars: '10',
		fields: '1',
		q: 'line',
		...parameters
	});
	const headers = { accept: 'application/x-ndjson' };
	const response = await tenant.fetch(`/api/logs/search?${asked}`, { headers, signal: leaving.signal });
	expect(response.status).toBe(200);
	const heard = { lines: [] as number[], bars: [] as number[][], levels: {} };
	let rest = '';
	for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
		const lines = (rest + part).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const { event, data } = JSON.parse(line) as { event: string; data: unknown };
			if (event === 'lines') heard.lines.push(...(data as Entry[]).map(({ seq }) => seq));
			if (event === 'histogram') heard.bars = (data as { bars: number[][] }).bars;
			if (event === 'fields') heard.levels = levelsOf(data as Fields);
			if (event === 'done') return { ...heard, ...(data as Told), isDone: true };
			if (event !== 'progress' || !isLeft || heard.lines.length === 0) continue;
			leaving.abort();
			return { ...heard, ...(data as Told), isDone: false };
		}
	}
	throw new Error('a search ended without saying so');
}

interface Fields {
	fields: { name: string; values: { value: string; count: number }[] }[];
}
const levelsOf = ({ fields }: Fields) =>
	Object.fromEntries(
		fields.find(({ name }) => name === 'level')?.values.map(({ value, count }) => [value, count]) ?? []
	);

test.each([1_000, 40])(
	'a search goes on exactly where it was stopped, with %d lines wanted',
	async (limit) => {
		const whole = await hear({ limit: String(limit) }, false);
		const all = whole.matched;
		expect(whole).toMatchObject({ matched: all, searched: { lines: all, complete: true } });
		const first = await hear({ limit: String(limit) }, true);
		expect(first).toMatchObject({ isDone: false, cursor: expect.any(String) });
		expect(first.matched).toBeLessThan(all);
		await tenant.send({ message: 'line of later', time: at(5) });

		const wanted = Math.max(1, limit - first.lines.length);
		const rest = await hear({ limit: String(wanted), cursor: first.cursor! }, false);
		expect(rest).toMatchObject({ isDone: true, searched: { complete: true } });
		expect([...first.lines, ...rest.lines].slice(0, limit)).toEqual(whole.lines);
		expect(first.matched + rest.matched).toBe(all);
		expect(first.searched.lines + rest.searched.lines).toBe(all);
		const summed = whole.bars.map((bar, at) =>
			bar.map((_, level) => first.bars[at]![level]! + rest.bars[at]![level]!)
		);
		expect(summed).toEqual(whole.bars);
		const { info = 0, error = 0 } = first.levels;
		expect({ info: info + rest.levels.info!, error: error + (rest.levels.error ?? 0) }).toEqual(whole.levels);
	}
);

test('a cursor that no search gave is refused', async () => {
	for (const rest of ['[5,1]', '[5,7,6]', '[5,-1,3]', '[5,1,"x"]', '[5,1,1,1]']) {
		const made = Buffer.from(`[1,null,3,${rest.slice(1)}`).toString('base64url');
		await expectProblem(await tenant.fetch(`/api/logs/search?cursor=${made}`), 400);
	}
});
