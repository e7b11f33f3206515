import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import { expectProblem, expectRefused } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
beforeAll(async () => void (site = await startSite()));
beforeAll(async () => void (tenant = await site.tenant()));
afterAll(() => site.stop());

async function deployWith(...parts: (string | Uint8Array<ArrayBuffer>)[]): Promise<deploys.Sent> {
	const deploy = await deploys.make(tenant);
	await deploy.write(...parts);
	return deploy;
}

const numbered = (count: number) =>
	Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');
const headersOf = (response: Response, ...names: string[]) => names.map((name) => response.headers.get(name));

describe('the raw log', () => {
	test('is the bytes as they came, also while it runs and when they are no UTF-8', async () => {
		const all = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));
		const deploy = await deployWith(
			all.subarray(0, 100_001),
			all.subarray(100_001, 100_002),
			all.subarray(100_002)
		);
		const response = await deploy.log();
		const type = headersOf(response, 'content-type', 'content-length', 'content-disposition');
		expect(type).toEqual(['text/plain; charset=utf-8', String(all.length), null]);
		expect(all.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
		await deploy.finish();
		expect(all.equals(await deploy.bytes())).toBe(true);
	});

	test('has its size in the headers of HEAD, and no body', async () => {
		const deploy = await deployWith('größer\n');
		const answer = await tenant.fetch(`/api/deploys/${deploy.id}/log`, { method: 'HEAD' });
		expect([answer.status, ...headersOf(answer, 'upload-offset', 'content-length')]).toEqual([200, '9', '9']);
		expect(await answer.text()).toBe('');
	});

	test('is a file for who asks for a download', async () => {
		const named = async (asked: Record<string, string>) => {
			const deploy = await deploys.make(tenant, asked);
			return headersOf(await deploy.log('download'), 'content-disposition')[0];
		};
		const staging = { service: 'web', environment: 'staging', version: '2026.11.28' };
		expect(await named(staging)).toBe('attachment; filename="web-staging-2026.11.28.log"');
		const today = new Date().toISOString().slice(0, 10);
		expect(await named({ service: '../a/b"c' })).toBe(`attachment; filename="_a_b_c-${today}.log"`);
		expect(await named({ service: 'größe', version: '1' })).toBe(
			`attachment; filename="gr__e-1.log"; filename*=UTF-8''gr%C3%B6%C3%9Fe-1.log`
		);
	});

	test('may be empty', async () => {
		const deploy = await deploys.make(tenant);
		const answer = await deploy.log();
		expect([answer.status, ...headersOf(answer, 'content-length'), await answer.text()]).toEqual([
			200,
			'0',
			''
		]);
		await expectProblem(await deploy.log('', { range: 'bytes=0-' }), 416);
	});

	test.each([
		['bytes=3-', 'bytes 3-9/10', '3456789'],
		['bytes=0-', 'bytes 0-9/10', '0123456789'],
		['bytes=-3', 'bytes 7-9/10', '789'],
		['bytes=-100', 'bytes 0-9/10', '0123456789'],
		['bytes=2-2', 'bytes 2-2/10', '2'],
		['bytes=3-5', 'bytes 3-5/10', '345'],
		['bytes=8-100', 'bytes 8-9/10', '89']
	])('with the Range %s gives %s', async (range, contentRange, text) => {
		const deploy = await deployWith('0123', '456', '789');
		const answer = await deploy.log('', { range });
		const headers = headersOf(answer, 'content-range', 'content-length');
		expect([answer.status, ...headers, await answer.text()]).toEqual([
			206,
			contentRange,
			String(text.length),
			text
		]);
	});

	test.each(['bytes=10-', 'bytes=99-100', 'bytes=-0', 'bytes=5-3'])(
		'with the Range %s, which it does not have, tells its size',
		async (range) => {
			const answer = await (await deployWith('0123456789')).log('', { range });
			expect(headersOf(answer, 'content-range')).toEqual(['bytes */10']);
			await expectProblem(answer, 416);
		}
	);

	test.each(['bytes=0-1,3-4', 'lines=1-2', 'bytes=-', 'nonsense'])(
		'with the Range %s, which it does not know, is whole',
		async (range) => {
			const answer = await (await deployWith('0123456789')).log('', { range });
			expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
		}
	);
});

describe('lines of a log', () => {
	const json = { accept: 'application/json' };

	test.each([
		['1-1', 'line 1\n'],
		['2-4', 'line 2\nline 3\nline 4\n'],
		['9-100', 'line 9\nline 10\nno end'],
		['11-11', 'no end'],
		['12-20', '']
	])('%s are given as they came', async (lines, text) => {
		const deploy = await deployWith('line', ` 1\n${numbered(10).slice(7)}no`, ' end');
		const answer = await deploy.log(`lines=${lines}`);
		expect([answer.status, ...headersOf(answer, 'content-type'), await answer.text()]).toEqual([
			200,
			'text/plain; charset=utf-8',
			text
		]);
	});

	test('are given with their numbers, places and times in JSON', async () => {
		const deploy = await deployWith('eins\r\nzwö\n', '\x1b[31mdrei');
		const answer = await deploy.log('lines=2-9', json);
		const { last_append_at } = await deploy.get();
		const time = expect.stringMatching(/^\d{4}-.*Z$/);
		expect(await answer.json()).toEqual({
			total: 3,
			lines: [
				{ line: 2, offset: 6, bytes: 5, text: 'zwö', time, cut: false },
				{ line: 3, offset: 11, bytes: 9, text: '\x1b[31mdrei', time: last_append_at, cut: false }
			]
		});
	});

	test('of 5 MB without an end are one, of which JSON has the beginning and the raw log all', async () => {
		const text = 'ü'.repeat(2.5 * 1024 * 1024);
		const deploy = await deployWith('first\n', text, '\nlast\n');
		const { lines } = (await (await deploy.log('lines=1-3', json)).json()) as {
			lines: Record<string, unknown>[];
		};
		expect(lines).toMatchObject([
			{ text: 'first', cut: false },
			{ text: 'ü'.repeat(8 * 1024), bytes: 5 * 1024 * 1024 + 1, cut: true },
			{ text: 'last', cut: false }
		]);
		expect(await (await deploy.log('lines=2-2')).text()).toBe(`${text}\n`);
	});

	test.each(['', '0-1', '3-2', '1', 'a-b', '-5', '1-5001'])('%s is refused', async (lines) => {
		await expectRefused(await (await deployWith('one\n')).log(`lines=${lines}`), 'lines');
		await expectRefused(await (await deployWith('one\n')).log(`rows=${lines}`), 'rows');
	});

	test('are given as a terminal shows them, on request', async () => {
		const deploy = await deployWith('a\r\n1\n2\n\x1b[2A\x1b[31mone\nt', 'wo\n\x1b[0mend\n');
		const answer = (await (await deploy.log('rows=1-100')).json()) as {
			rows: { line: number; text: string }[];
		};
		expect(answer).toMatchObject({ end: true, total: 6 });
		expect(answer.rows.map(({ line, text }) => [line, text])).toEqual([
			[1, 'a'],
			[2, '\x1b[0;31mone'],
			[3, '\x1b[0;31mtwo'],
			[6, 'end']
		]);
	});
});

describe('the search in a log', () => {
	const search = async (deploy: deploys.Sent, query: string) => (await deploy.log(query)).json();

	test('finds the lines with a text, in either case, wherever appends were cut', async () => {
		const deploy = await deployWith('Error: one\nfine\nan err', 'or\nGRÖSSER\n');
		expect(await search(deploy, 'q=error')).toEqual({
			matches: [
				{ line: 1, offset: 0, text: 'Error: one' },
				{ line: 3, offset: 16, text: 'an error' }
			],
			more: false
		});
		expect(await search(deploy, `q=${encodeURIComponent('grösser')}`)).toMatchObject({
			matches: [{ line: 4 }]
		});
		expect(await search(deploy, 'q=nothing')).toEqual({ matches: [], more: false });
	});

	test('finds the first line that tells of a failure, and the next', async () => {
		const deploy = await deployWith('0 errors\nError: one\nfine\nfailed\n');
		const at = async (after: number) =>
			(await search(deploy, `failures&after=${after}`)) as { matches: unknown[] };
		expect((await at(0)).matches).toMatchObject([{ line: 2 }]);
		expect((await at(2)).matches).toMatchObject([{ line: 4 }]);
		expect((await at(4)).matches).toEqual([]);
	});

	test('gives a thousand at once and goes on after the last', async () => {
		const deploy = await deployWith(numbered(2_500));
		const linesOf = (found: { matches: { line: number }[] }) => found.matches.map(({ line }) => line);
		const found: number[] = [];
		for (let more = true; more;) {
			const answer = (await search(deploy, `q=line&after=${found.at(-1) ?? 0}`)) as {
				matches: { line: number }[];
				more: boolean;
			};
			expect(linesOf(answer)[0]).toBe((found.at(-1) ?? 0) + 1);
			found.push(...linesOf(answer));
			more = answer.more;
		}
		expect(found).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
	});

	test.each([
		['q=', 'q'],
		[`q=${'x'.repeat(1_001)}`, 'q'],
		['q=x&after=-1', 'after'],
		['q=x&after=y', 'after']
	])('%.20s is refused', async (query, word) => {
		await expectRefused(await (await deployWith('x\n')).log(query), word);
	});
});
