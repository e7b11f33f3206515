import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ends, idsOf, linesIn, numbered, range, tenantWith } from '../support/logs/numbered-lines.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

describe('the wire', () => {
	test('has one event a line, with its seq as the id and the entry as GET /api/logs gives it', async () => {
		const tenant = await tenantWith(site, 2);
		const stream = await tenant.stream('after=0');
		const [one, two] = await tenant.lines();
		expect(await stream.until(ends(2))).toBe(
			`: connected\n\nid: 1\ndata: ${JSON.stringify(one)}\n\nid: 2\ndata: ${JSON.stringify(two)}\n\n`
		);
		await stream.close();
	});

	test('may not be cached, changed or held back on its way', async () => {
		const stream = await (await tenantWith(site, 0)).stream();
		expect(Object.fromEntries(stream.response.headers)).toMatchObject({
			'content-type': 'text/event-stream',
			'cache-control': 'no-store, no-transform',
			'x-accel-buffering': 'no'
		});
		await stream.close();
	});

	test('opens at once, before there is any line', async () => {
		const stream = await (await tenantWith(site, 0)).stream();
		expect(await stream.untilEnd('\n\n')).toBe(': connected\n\n');
		await stream.close();
	});

	test('with follow=false it ends at the head, with the cursor of the head', async () => {
		const tenant = await tenantWith(site, 12);
		const stream = await tenant.stream('after=8&follow=false&q=level:error');
		const text = await stream.rest();
		expect(idsOf(text)).toEqual([10, 12]);
		expect(text).toMatch(/id: 12\n\nevent: end\ndata: \{"reason":"caught up"\}\n\n$/);
		const again = await tenant.stream('after=12&follow=false');
		expect(await again.rest()).toMatch(/^: connected\n\nid: 12\n\nevent: end\n/);
		const lines = await tenant.stream('after=11&follow=false', { accept: 'application/x-ndjson' });
		expect(await lines.rest()).toMatch(/^\{"seq":12,.*\}\n$/);
		await expectProblem(await tenant.fetch('/api/logs/stream?follow=maybe'), 400);
	});

	test('is NDJSON for who asks for it', async () => {
		const tenant = await tenantWith(site, 3);
		const stream = await tenant.stream('after=1', { accept: 'application/x-ndjson' });
		const text = await stream.until((text) => text.includes('"line 3"') && text.endsWith('\n'));
		expect(stream.response.headers.get('content-type')).toBe('application/x-ndjson');
		expect(
			text
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line) as unknown)
		).toEqual((await tenant.lines()).slice(1));
		await stream.close();
	});

	test('is lines for people who ask for text', async () => {
		const tenant = await site.tenant();
		await tenant.send({ message: 'hello', level: 'warn', service: 'api', time: '2026-01-02T03:04:05.678Z' });
		const stream = await tenant.stream('after=0', { accept: 'text/plain' });
		expect(await stream.untilEnd('\n')).toBe('2026-01-02T03:04:05.678Z warn  api  hello\n');
		await stream.close();
	});
});

describe('a stream in a terminal', () => {
	const message =
		'\x1b[31mred\x1b]0;owned\x07\x1b[2J\n2026-01-02T03:04:05.678Z fatal db  forged\rover\x9b2J\x08';

	test('keeps colours, shows breaks, and obeys nothing else of a line', async () => {
		const tenant = await site.tenant();
		const time = '2026-01-02T03:04:05.678Z';
		await tenant.send(
			{ message, service: 'a\x1b[8mpi\nfatal', time },
			{ message: 'next', service: 'api', time }
		);
		const stream = await tenant.stream('after=0', { accept: 'text/plain' });
		expect((await stream.until((text) => text.includes('next'))).split('\n')).toEqual([
			`${time} info  api↵fatal  \x1b[31mred↵${time} fatal db  forged↵over␈\x1b[0m`,
			`${time} info  api  next`,
			''
		]);
		await stream.close();
	});

	test.each(['text/event-stream', 'application/x-ndjson'])(
		'has no control character of a line in %s',
		async (accept) => {
			const tenant = await site.tenant();
			await tenant.send({ message });
			const stream = await tenant.stream('after=0', { accept });
			const text = await stream.until((text) => text.includes('over'));
			// eslint-disable-next-line no-control-regex -- what may not be there
			expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
			expect((await tenant.messages())[0]).toBe(message);
			await stream.close();
		}
	);
});

describe('a stream begins', () => {
	test('at the head, so that only what is new comes', async () => {
		const tenant = await tenantWith(site, 5);
		const stream = await tenant.stream();
		await tenant.send(...numbered(2, 6));
		expect(idsOf(await stream.until(ends(7)))).toEqual([6, 7]);
		await stream.close();
	});

	test('after the line it is given, and goes on with what is new', async () => {
		const tenant = await tenantWith(site, 5);
		const stream = await tenant.stream('after=3');
		await stream.until(ends(5));
		await tenant.send(...numbered(2, 6));
		expect(idsOf(await stream.until(ends(7)))).toEqual([4, 5, 6, 7]);
		await stream.close();
	});

	test('after Last-Event-ID, whatever after and tail say', async () => {
		const tenant = await tenantWith(site, 9);
		const stream = await tenant.stream('after=0&tail=9', { 'last-event-id': '7' });
		expect(idsOf(await stream.until(ends(9)))).toEqual([8, 9]);
		await stream.close();
	});

	test('with the last n lines that match, and then what is new', async () => {
		const tenant = await tenantWith(site, 100);
		const stream = await tenant.stream('tail=3&q=level:error');
		await stream.until(ends(100));
		await tenant.send(...numbered(10, 101));
		expect(idsOf(await stream.until(ends(110)))).toEqual([80, 90, 100, 110]);
		await stream.close();
	});

	test('with all lines when there are fewer than asked for', async () => {
		const tenant = await tenantWith(site, 2);
		const stream = await tenant.stream('tail=1000');
		await stream.until(ends(2));
		await tenant.send({ message: 'new' });
		expect(idsOf(await stream.until(ends(3)))).toEqual([1, 2, 3]);
		await stream.close();
	});

	test('at the head when the cursor lies beyond it', async () => {
		const tenant = await tenantWith(site, 2);
		const stream = await tenant.stream('after=1000000');
		await stream.untilEnd(': connected\n\n');
		await tenant.send({ message: 'new' });
		expect(idsOf(await stream.until(ends(3)))).toEqual([3]);
		await stream.close();
	});
});

describe('every line comes once, in order', () => {
	test('to readers who join while lines are written, wherever they begin', async () => {
		const tenant = await tenantWith(site, 0);
		const total = 600;
		const joining: Promise<{ ids: number[]; after: number }>[] = [];
		for (let sent = 0; sent < total; sent += 20) {
			const sending = tenant.send(...numbered(20, sent + 1));
			const after = Math.max(0, sent - 7 * joining.length);
			joining.push(
				tenant.stream(`after=${after}`).then(async (stream) => {
					const ids = linesIn(await stream.until(ends(total)));
					await stream.close();
					return { ids, after };
				})
			);
			await sending;
		}
		for (const { ids, after } of await Promise.all(joining)) expect(ids).toEqual(range(after + 1, total));
	});

	test('to a reader who comes again and again with the id of the last event', async () => {
		const tenant = await tenantWith(site, 50);
		const seen: number[] = [];
		for (let last = 0; last < 50; last = seen.at(-1) ?? 50) {
			const stream = await tenant.stream('after=0', { 'last-event-id': String(last) });
			const text = await stream.until((text) => /^data: .*\n\n/m.test(text));
			await stream.close();
			seen.push(...idsOf(text.slice(0, text.lastIndexOf('\n\n') + 2)).slice(0, 3));
		}
		expect(seen).toEqual(range(1, 50));
	});

	test('also when lines are as large as they may be', async () => {
		const tenant = await site.tenant();
		const stream = await tenant.stream();
		const message = 'm'.repeat(256 * 1024);
		for (let sent = 0; sent < 3; sent++) await tenant.send(...Array.from({ length: 7 }, () => message));
		await stream.until((text) => text.endsWith('\n\n') && text.lastIndexOf('\nid: 21\n') > 0);
		expect(stream.events().map(({ id, entry }) => [id, entry.seq, entry.message.length])).toEqual(
			range(1, 21).map((seq) => [seq, seq, message.length])
		);
		await stream.close();
	});
});

test.each([
	['after=-1', 'after'],
	['after=x', 'after'],
	['after=1.5', 'after'],
	['tail=1001', 'tail'],
	['tail=many', 'tail'],
	['window=0', 'window'],
	['window=1001', 'window']
])('%s is refused, and the answer names the parameter', async (query, name) => {
	const tenant = await tenantWith(site, 0);
	const { detail } = await expectProblem(await tenant.fetch(`/api/logs/stream?${query}`), 400);
	expect(detail).toContain(name);
});

test('a Last-Event-ID that is no cursor of ours is refused', async () => {
	const tenant = await tenantWith(site, 0);
	const headers = { 'last-event-id': 'yesterday' };
	const { detail } = await expectProblem(await tenant.fetch('/api/logs/stream', { headers }), 400);
	expect(detail).toContain('Last-Event-ID');
});
