import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LineReader } from '../../src/lib/server/deploys/lines.ts';
import { web } from '../support/deploys/deploy-scene.ts';
import { kinds, StoreScene } from '../support/deploys/store-scene.ts';

// What every store of deploys promises (deploys/store.ts). What is built on SQLite's alone is tested beside the code.

describe.each(kinds)('deploys in %s', (kind) => {
	let scene: StoreScene;
	beforeAll(async () => void (scene = await StoreScene.open(kind)));
	afterAll(() => scene.end());

	test('a deploy is read back as it was made, and a repeat of its request makes no other', async () => {
		const { records } = scene.store;
		const commit = { sha: 'abc', branch: 'main', message: 'Fix', author: 'Ada', url: 'https://x.test/abc' };
		const asked = { ...web, environment: 'production', version: '1', commit, url: 'https://x.test' };
		const [made, ...again] = await Promise.all(
			Array.from({ length: 5 }, () => records.create(scene.org, asked, { idempotencyKey: 'once' }))
		);
		expect(made).toMatchObject({ commit, environment: 'production', status: 'running', size: 0, lines: 0 });
		for (const one of again) expect(one).toEqual(made);
		expect(await records.get(scene.org, made!.id)).toEqual(made);
		const theirs = await records.create(scene.other, asked, { idempotencyKey: 'once' });
		expect(theirs.id).not.toBe(made!.id);
		await scene.store.removal.remove({ org: scene.other, id: theirs.id });
	});

	test('another organization finds nothing and changes nothing', async () => {
		const { records, chunks, removal } = scene.store;
		const id = await scene.deploy();
		await scene.append(id, 'secret\n');
		expect(await records.get(scene.other, id)).toBeNull();
		expect(await records.positionOf(scene.other, id)).toBeNull();
		expect((await records.list(scene.other, {})).deploys).toEqual([]);
		expect(await records.finish(scene.other, id, { status: 'failed' })).toEqual({ kind: 'none' });
		const addition = { ...scene.addition(id, 7, 'x'), org: scene.other };
		expect(await records.append([addition])).toEqual([{ kind: 'changed', at: null }]);
		expect(await chunks.at(scene.other, id, 0)).toBeNull();
		expect(await chunks.join(scene.other, id, 0)).toBeNull();
		expect(await chunks.beforeLine(scene.other, id, 2, 7)).toBeNull();
		expect(await removal.setAside(scene.other, id)).toBe(false);
		expect((await scene.store.usageOf([scene.other])).size).toBe(0);
		expect(String(await scene.raw(id))).toBe('secret\n');
	});

	test('what is no id belongs to no deploy', async () => {
		const { records, chunks } = scene.store;
		for (const id of ['', 'abc', '../x', '00000000-0000-0000-0000-000000000000\n', 'ü'.repeat(500)]) {
			expect(await records.get(scene.org, id)).toBeNull();
			expect(await records.positionOf(scene.org, id)).toBeNull();
			expect(await records.finish(scene.org, id, { status: 'failed' })).toEqual({ kind: 'none' });
			expect(await records.append([scene.addition(id, 0, 'x')])).toEqual([{ kind: 'changed', at: null }]);
			expect(await chunks.at(scene.org, id, 0)).toBeNull();
		}
		expect((await records.list(scene.org, { service: '\0' })).deploys).toEqual([]);
		const { service } = await records.create(scene.org, { ...web, service: 'a\0b' });
		expect(service).toMatch(/^a[\0\ufffd]b$/);
	});

	test('an addition that does not begin at the end of its log is left out, and told where that is', async () => {
		const [one, two, ended] = [await scene.deploy(), await scene.deploy(), await scene.deploy()];
		await scene.store.records.finish(scene.org, ended, { status: 'succeeded' });
		const additions = [
			scene.addition(one, 0, 'x'),
			scene.addition(two, 1, 'x'),
			scene.addition(ended, 0, 'x')
		];
		expect(await scene.store.records.append(additions)).toMatchObject([
			{ kind: 'stored', revived: false },
			{ kind: 'changed', at: { status: 'running', size: 0 } },
			{ kind: 'changed', at: { status: 'succeeded', size: 0 } }
		]);
		const logs = await Promise.all([one, two, ended].map(async (id) => String(await scene.raw(id))));
		expect(logs).toEqual(['x', '', '']);
	});

	test('a log of any bytes comes back, whole and from every line, joined or not', async () => {
		const parts = fc.array(fc.uint8Array({ maxLength: 30 }), { minLength: 1, maxLength: 12 });
		const lines = new LineReader(scene.store);
		await fc.assert(
			fc.asyncProperty(parts, async (all) => {
				const id = await scene.deploy({}, { now: 500 });
				for (const [index, part] of all.entries()) await scene.append(id, part, 1_000 * (index + 1));
				const whole = Buffer.concat(all);
				expect(await scene.raw(id)).toEqual(whole);
				const read = await lines.read(scene.org, id, 1, 500);
				await scene.merge(id);
				expect(await scene.raw(id)).toEqual(whole);
				expect(await lines.read(scene.org, id, 1, 500)).toEqual(read);
				const at = await scene.store.records.positionOf(scene.org, id);
				expect(at).toMatchObject({ size: whole.length, lines: read.length });
				for (const { line, offset } of read) expect(await lines.startOf(scene.org, id, line)).toBe(offset);
			}),
			{ numRuns: 40 }
		);
	});

	test('the list is newest first, goes on where it ended, and is narrowed', async () => {
		const { records } = scene.store;
		const ids = [];
		for (let index = 0; index < 12; index++) {
			const environment = index % 3 ? null : 'staging';
			ids.push(await scene.deploy({ service: `list-${index % 2}`, environment }));
		}
		const mine = ids.filter((_, index) => index % 2 === 1).toReversed();
		const first = await records.list(scene.org, { service: 'list-1', limit: 4 });
		expect(first.deploys.map(({ id }) => id)).toEqual(mine.slice(0, 4));
		const before = first.next ?? '';
		const rest = await records.list(scene.org, { service: 'list-1', before });
		expect(rest).toMatchObject({ deploys: mine.slice(4).map((id) => ({ id })), next: null });
		const staging = await records.list(scene.org, { service: 'list-1', environment: 'staging' });
		expect(staging.deploys).toHaveLength(2);
		expect(await records.namesOf(scene.org)).toMatchObject({
			services: expect.arrayContaining(['list-0', 'list-1']),
			environments: ['production', 'staging']
		});
	});

	test('silent ones are interrupted, revived by an append and ended once, each change announced', async () => {
		const { records, upkeep, announcements } = scene.store;
		const id = await scene.deploy({}, { now: 1_000 });
		expect(await upkeep.interruptSilent(0, 2_000)).toContainEqual({ org: scene.org, id });
		expect(await upkeep.interruptSilent(0, 2_000)).toEqual([]);
		const begun = await announcements.size();
		expect(await records.get(scene.org, id)).toMatchObject({ status: 'interrupted', duration_ms: 0 });
		const heartbeat = scene.addition(id, 0, '');
		expect(await records.append([heartbeat], 3_000)).toEqual([{ kind: 'stored', revived: true }]);
		expect(await records.get(scene.org, id)).toMatchObject({ status: 'running', finished_at: null });
		expect(await records.append([heartbeat], 3_000)).toEqual([{ kind: 'stored', revived: false }]);
		expect(await upkeep.longestSilence(3_500)).toBeGreaterThanOrEqual(500);

		await scene.append(id, 'abc', 4_000);
		const wrong = await records.finish(scene.org, id, { status: 'failed', size: 2 }, 5_000);
		expect(wrong).toEqual({ kind: 'wrong offset', end: 3 });
		const how = { status: 'failed' as const, exitCode: 3, size: 3, ageMs: 200 };
		const both = await Promise.all([1, 2].map(() => records.finish(scene.org, id, how, 5_000)));
		expect(both.map((one) => one.kind === 'finished' && one.first).sort()).toEqual([false, true]);
		expect(both[0]).toMatchObject({ deploy: { exit_code: 3, duration_ms: 3_800 } });
		const other = await records.finish(scene.org, id, { status: 'succeeded' });
		expect(other).toEqual({ kind: 'conflict', status: 'failed' });
		expect(await announcements.size()).toBe(begun + 2);
		expect(await upkeep.unmerged()).toContainEqual({ org: scene.org, id });
		await upkeep.setMerged(scene.org, id);
		expect(await upkeep.unmerged()).not.toContainEqual({ org: scene.org, id });
	});

	test('times by a sender stay in order, after the start and not in the future', async () => {
		const id = await scene.deploy({}, { now: 10_000 });
		const marks = [
			{ at: 0, time: 5 },
			{ at: 2, time: 11_000 },
			{ at: 4, time: 10_500 },
			{ at: 6, time: 99_000 }
		];
		await scene.store.records.append([{ ...scene.addition(id, 0, 'a\nb\nc\nd\n'), marks }], 12_000);
		const lines = await new LineReader(scene.store).read(scene.org, id, 1, 10);
		expect(lines.map(({ time }) => Date.parse(time))).toEqual([10_000, 11_000, 11_000, 12_000]);
	});

	test('what is taken away is gone at once, and its log after it', async () => {
		const { records, removal, chunks } = scene.store;
		const [old, running] = [
			await scene.deploy({ service: 'gone' }, { now: 1_000, ageMs: 1 }),
			await scene.deploy()
		];
		for (let part = 0; part < 5; part++) await scene.append(old, 'x'.repeat(300_000), 2_000);
		await records.finish(scene.org, old, { status: 'succeeded' }, 3_000);
		await scene.deploy({ service: 'gone' });
		const [found] = await removal.endedBefore(scene.org, 10_000, null, 10);
		expect(found).toEqual({ id: old, service: 'gone', environment: null });
		expect(await removal.hasNewer(scene.org, found!, 1)).toBe(true);
		expect(await removal.hasNewer(scene.org, found!, 2)).toBe(false);
		expect(await removal.setAside(scene.org, running)).toBe(false);
		expect(await removal.setAside(scene.org, old)).toBe(true);
		expect(await records.get(scene.org, old)).toBeNull();
		const aside = await removal.oldestAside();
		expect(aside?.id).toBe(old);
		while (await removal.shorten(aside!));
		expect(await chunks.at(aside!.org, old, 0)).toBeNull();
		await removal.remove(aside!);
		expect(await removal.oldestAside()).toBeNull();
		expect(await removal.organizations()).toEqual([scene.org]);
		expect((await removal.oldestOf(scene.org))?.org).toBe(scene.org);
		expect(await removal.oldestOf(scene.other)).toBeNull();
	});

	test('two servers that append to one deploy leave each byte that was acknowledged once, at its offset', async () => {
		const id = await scene.deploy();
		const servers = [scene.buffer(), scene.buffer()];
		const stored: { from: number; data: Buffer }[] = [];
		const send = async (name: string, { buffer }: (typeof servers)[number]) => {
			let at = 0;
			for (let n = 0; n < 60; n++) {
				const data = Buffer.from(`${name}${n}\n`);
				const answer = await buffer.append(scene.org, id, at, data);
				if (answer.kind === 'stored') stored.push({ from: at, data });
				else expect(answer.kind).toBe('wrong offset');
				at = 'end' in answer ? answer.end : at;
			}
		};
		await Promise.all(
			servers.flatMap((server, index) => [send(`a${index}-`, server), send(`b${index}-`, server)])
		);
		const log = await scene.raw(id);
		const inOrder = stored.sort((a, b) => a.from - b.from);
		expect(log.equals(Buffer.concat(inOrder.map(({ data }) => data)))).toBe(true);
		for (const { from, data } of inOrder) expect(log.subarray(from, from + data.length)).toEqual(data);
		expect(inOrder.length).toBeGreaterThan(30);
	});
});
