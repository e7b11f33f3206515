import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import { deploysOf, expectSeamless, logOf, textOf, typesOf, untilLog } from '../support/deploys/deploys.ts';
import { expectRefused } from '../support/server/problem.ts';
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

const numbered = (count: number, from = 1) =>
	Array.from({ length: count }, (_, index) => `line ${from + index}\n`).join('');

describe('the wire', () => {
	test('has the deploy, then its log in pieces, each with the offset after it as its id', async () => {
		const deploy = await deployWith('eins\n', 'zwö\n');
		const stream = await deploy.stream('from=0');
		const text = await untilLog(stream, 'zwö\n');
		await stream.close();
		expect(text).toMatch(/^: connected\n\nevent: deploy\ndata: \{.*\}\n\nid: 5\nevent: log\ndata: /);
		expect(deploysOf(text)).toMatchObject([{ id: deploy.id, status: 'running', size: 10, lines: 2 }]);
		const time = expect.stringMatching(/^\d{4}-.*Z$/);
		expect(logOf(text)).toEqual([
			{ offset: 0, end: 5, line: 1, time, text: 'eins\n' },
			{ offset: 5, end: 10, line: 2, time, text: 'zwö\n' }
		]);
	});

	test('with follow=false it ends with what there is, of a deploy and of the list', async () => {
		const deploy = await deployWith('one\n', 'two\n');
		const text = await (await deploy.stream('from=0&follow=false')).rest();
		expect(textOf(text)).toBe('one\ntwo\n');
		expect(text).toMatch(/id: 8\n\nevent: end\ndata: \{"reason":"caught up"\}\n\n$/);
		const list = await (await deploys.listStream(tenant, 'follow=false')).rest();
		expect(deploysOf(list).map(({ id }) => id)).toContain(deploy.id);
		expect(list).toMatch(/event: end\ndata: \{"reason":"caught up"\}\n\n$/);
	});

	test('may not be cached, changed or held back on its way', async () => {
		for (const stream of [await (await deployWith('x')).stream(), await deploys.listStream(tenant)]) {
			expect(Object.fromEntries(stream.response.headers)).toMatchObject({
				'content-type': 'text/event-stream',
				'cache-control': 'no-store, no-transform',
				'x-accel-buffering': 'no'
			});
			await stream.close();
		}
	});

	test.each([
		['a character', ['gr', '\xc3', '\xb6', '\xc3', '\x9fer\n'], 'größer\n'],
		['an emoji', ['\xf0', '\x9f', '\x9a', '\x80 up\n'], '🚀 up\n'],
		['an escape sequence', ['\x1b', '[1', ';31', 'mred\x1b', '[0m\n'], '\x1b[1;31mred\x1b[0m\n'],
		['a line end of two characters', ['one\r', '\ntwo\n'], 'one\r\ntwo\n']
	])('has %s whole that came in several appends', async (_, parts, whole) => {
		const deploy = await deploys.make(tenant);
		const stream = await deploy.stream('from=0');
		await deploy.write(...parts.map((part) => Buffer.from(part, 'latin1')));
		const text = await untilLog(stream, whole);
		await stream.close();
		expect(textOf(text)).toBe(whole);
		expectSeamless(text, 0);
		const pieces = logOf(text).map(({ text }) => text);
		expect(pieces.filter((piece) => /\ufffd|\x1b(\[[\d;]*)?$|\r$/.test(piece))).toEqual([]); // eslint-disable-line no-control-regex
	});

	test('gives at the end what half a character is left', async () => {
		const deploy = await deployWith('fin\n', Buffer.from([0xf0, 0x9f]));
		const stream = await deploy.stream('from=0');
		await untilLog(stream, 'fin\n');
		await deploy.finish();
		const text = await stream.rest();
		expect(textOf(text)).toBe('fin\n\ufffd');
		expect(logOf(text).at(-1)?.end).toBe(6);
		expect(typesOf(text).at(-1)).toBe('end');
	});

	test('keeps what looks like an event, or like HTML, as text', async () => {
		const log =
			'data: x\n\nevent: end\ndata: {"reason":"finished"}\n\n<script>alert(1)</script>\u2028\u0000\r\n\n';
		const deploy = await deployWith(log);
		await deploy.finish();
		const text = await (await deploy.stream('from=0')).rest();
		expect(textOf(text)).toBe(log);
		expect(typesOf(text)).toEqual(['deploy', 'log', 'end']);
	});
});

describe('a viewer who joins', () => {
	test('sees the last 500 lines first', async () => {
		const deploy = await deployWith(numbered(700));
		const stream = await deploy.stream();
		expect(textOf(await untilLog(stream, 'line 700\n'))).toBe(numbered(500, 201));
		await stream.close();
	});

	test('at the end sees only what comes then', async () => {
		const deploy = await deployWith('before\n');
		const stream = await deploy.stream('from=7');
		await deploy.write('after\n');
		expect(logOf(await untilLog(stream, 'after\n'))).toMatchObject([{ offset: 7, line: 2, text: 'after\n' }]);
		await stream.close();
	});

	test('in the middle of it all has every byte once, whenever it joins', async () => {
		const deploy = await deploys.make(tenant);
		const parts = Array.from({ length: 20 }, (_, index) =>
			numbered(100, 100 * index + 1).replaceAll('line', 'größer 🚀')
		);
		const starts = [0];
		const joining: Promise<{ text: string; from: number }>[] = [];
		async function join(from: number) {
			const stream = await deploy.stream(`from=${from}`);
			return { text: await stream.rest(), from };
		}
		for (const [index, part] of parts.entries()) {
			joining.push(join(starts[Math.max(0, index - 3)] ?? 0));
			await deploy.write(part);
			starts.push((starts.at(-1) ?? 0) + Buffer.byteLength(part));
		}
		await deploy.finish();
		for (const { text, from } of await Promise.all(joining)) {
			expect(textOf(text)).toBe(parts.slice(starts.indexOf(from)).join(''));
			expectSeamless(text, from);
		}
	});

	test('within what came at once sees from there on, also next to one who has seen it all', async () => {
		const deploy = await deploys.make(tenant);
		const whole = numbered(3_000).replaceAll('line', 'größer 🚀');
		const first = await deploy.stream('from=0');
		await deploy.write(whole);
		await untilLog(first, ' 3000\n');
		for (const line of [2, 700, 1_500, 2_999]) {
			const from = Buffer.byteLength(whole.split('\n', line).join('\n')) + 1;
			const stream = await deploy.stream(`from=${from}`);
			const text = await untilLog(stream, ' 3000\n');
			await stream.close();
			expect(textOf(text)).toBe(Buffer.from(whole).subarray(from).toString());
			expectSeamless(text, from);
		}
		await first.close();
	});

	test('after the end sees the log, and the stream closes', async () => {
		const deploy = await deployWith('one\n', 'two\n');
		await deploy.finish({ status: 'failed', exit_code: 2 });
		const text = await (await deploy.stream('from=0')).rest();
		expect(textOf(text)).toBe('one\ntwo\n');
		expect(deploysOf(text)).toMatchObject([{ status: 'failed', exit_code: 2 }]);
		expect(text).toMatch(/\n\nevent: end\ndata: \{"reason":"finished"\}\n\n$/);
		expect(typesOf(await (await deploy.stream('from=8')).rest())).toEqual(['deploy', 'end']);
	});

	test('after the end of a deploy without a log is told so at once', async () => {
		const deploy = await deploys.make(tenant);
		await deploy.finish();
		expect(typesOf(await (await deploy.stream()).rest())).toEqual(['deploy', 'end']);
	});

	test('again goes on after Last-Event-ID, whatever from says', async () => {
		const deploy = await deployWith(numbered(9));
		const stream = await deploy.stream('from=0', { 'last-event-id': '49' });
		expect(textOf(await untilLog(stream, 'line 9\n'))).toBe('line 8\nline 9\n');
		await stream.close();
	});

	test('again and again has every byte once', async () => {
		const deploy = await deployWith(...Array.from({ length: 12 }, (_, index) => `größer ${index} 🚀\n`));
		const whole = await deploy.bytes();
		let [seen, last] = ['', 0];
		while (last < whole.length) {
			const stream = await deploy.stream('from=0', { 'last-event-id': String(last) });
			const [piece] = logOf(await stream.until((text) => logOf(text).length > 0));
			await stream.close();
			expect(piece?.offset).toBe(last);
			seen += piece?.text;
			last = piece?.end ?? Infinity;
		}
		expect(seen).toBe(whole.toString());
	});

	test('with a cursor beyond the end is told to begin anew', async () => {
		const deploy = await deployWith('one\ntwo\n');
		const stream = await deploy.stream('from=4', { 'last-event-id': '9' });
		const text = await untilLog(stream, 'two\n');
		await stream.close();
		expect(typesOf(text)).toEqual(['reset', 'deploy', 'log']);
		expect(logOf(text)).toMatchObject([{ offset: 4, text: 'two\n' }]);
		const exact = await deploy.stream('from=0', { 'last-event-id': '8' });
		await deploy.write('three\n');
		expect(typesOf(await untilLog(exact, 'three\n'))).toEqual(['deploy', 'log']);
		await exact.close();
	});

	test.each([
		['from=-1', {}, 'from'],
		['from=x', {}, 'from'],
		['', { 'last-event-id': 'yesterday' }, 'Last-Event-ID']
	])('with "%s" %j is refused', async (query, headers: Record<string, string>, name) => {
		const { id } = await deployWith('x\n');
		await expectRefused(await tenant.fetch(`/api/deploys/${id}/stream?${query}`, { headers }), name);
	});
});

test('who watches sees the deploy end, after the last of its log is sent the stream closes', async () => {
	const deploy = await deployWith('one\n');
	const stream = await deploy.stream('from=0');
	await untilLog(stream, 'one\n');
	await deploy.write('two\n');
	await deploy.finish({ status: 'cancelled', exit_code: 130 });
	const text = await stream.rest();
	expect(textOf(text)).toBe('one\ntwo\n');
	expect(deploysOf(text).map(({ status, exit_code }) => [status, exit_code])).toEqual([
		['running', null],
		['cancelled', 130]
	]);
	expect(deploysOf(text).at(-1)).toMatchObject({ size: 8, lines: 2 });
	expect(typesOf(text).at(-1)).toBe('end');
});

test.each([
	['a deploy', (deploy: deploys.Sent) => deploy.stream()],
	['the list', ({ tenant }: deploys.Sent) => deploys.listStream(tenant)]
])('the stream of %s ends when its key is revoked', async (_, open) => {
	const own = await site.tenant();
	const stream = await open(await deploys.make(own));
	await site.database.sql`DELETE FROM api_keys WHERE org_id = ${own.org.id}`;
	expect(await stream.rest()).toMatch(
		/\n\nevent: end\ndata: \{"reason":"access removed","detail":"The API key was revoked."\}\n\n$/
	);
});
