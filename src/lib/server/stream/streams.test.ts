import { describe, expect, test } from 'vitest';
import { bus } from '../bus/bus.ts';
import { Streams, type End, type FindAllRevoked } from './streams.ts';

/** Streams of people named by strings; those in `revoked` have lost access. */
function opened(most = 10) {
	const wakes = bus();
	const revoked = new Map<string, End>();
	const asked: string[][] = [];
	const failures: unknown[] = [];
	const find: FindAllRevoked<string> = (all) => {
		asked.push([...all].flatMap(([org, people]) => [...people].map((name) => `${org}/${name}`)));
		const of = (people: ReadonlySet<string>) => [...people].filter((name) => revoked.has(name));
		const lost = (people: ReadonlySet<string>) =>
			new Map(of(people).map((name) => [name, revoked.get(name)!]));
		return Promise.resolve(new Map([...all].map(([org, people]) => [org, lost(people)])));
	};
	const options = { most, findAllRevoked: find, failed: (error: unknown) => void failures.push(error) };
	return { wakes, revoked, asked, failures, options, streams: new Streams<string>(wakes, options) };
}

/** Admits a stream; `ended` resolves with the reason. */
function admit(streams: Streams<string>, org: string, name: string) {
	const { promise: ended, resolve } = Promise.withResolvers<End>();
	const admission = streams.admit(org, name, resolve);
	if (!admission.ok) throw new Error('there is no place');
	return { ended, leave: admission.leave };
}

/** What has no place for another stream; null if there is one. */
function fullFor(streams: Streams<string>, org: string) {
	const admission = streams.admit(org, 'asker', () => {});
	if (admission.ok) admission.leave();
	return admission.ok ? null : admission.full;
}

describe('places', () => {
	test('are taken until all are, and free again when somebody leaves', () => {
		const { streams } = opened(2);
		const first = admit(streams, 'acme', 'ann');
		expect(fullFor(streams, 'globex')).toBe(null);
		admit(streams, 'globex', 'bob');
		expect(fullFor(streams, 'initech')).toBe('server');
		first.leave();
		first.leave();
		expect(streams.size).toBe(1);
		expect(fullFor(streams, 'initech')).toBe(null);
	});

	test('are a quarter at most for one organization, and the others have theirs', () => {
		const { streams } = opened(12);
		const [first] = ['ann', 'bob', 'cem'].map((name) => admit(streams, 'acme', name));
		expect(streams.mostOfOne).toBe(3);
		expect(fullFor(streams, 'acme')).toBe('organization');
		expect(fullFor(streams, 'globex')).toBe(null);
		first?.leave();
		expect(fullFor(streams, 'acme')).toBe(null);
	});

	test('are none once the server stops, and everybody is told', async () => {
		const { streams } = opened();
		const [ann, bob] = [admit(streams, 'acme', 'ann'), admit(streams, 'globex', 'bob')];
		streams.stop();
		expect(await Promise.all([ann.ended, bob.ended])).toEqual([
			{ reason: 'server stopping' },
			{ reason: 'server stopping' }
		]);
		expect(fullFor(streams, 'acme')).toBe('server');
	});
});

describe('when access to an organization changes', () => {
	test('who lost it is shown out, and why; who has it stays', async () => {
		const { streams, wakes, revoked } = opened();
		const [ann, bob] = [admit(streams, 'acme', 'ann'), admit(streams, 'acme', 'bob')];
		let bobEnded = false;
		void bob.ended.then(() => (bobEnded = true));
		revoked.set('ann', { reason: 'signed out' });
		wakes.wake('access:acme');
		expect(await ann.ended).toEqual({ reason: 'signed out' });
		expect(bobEnded).toBe(false);
	});

	test('each person is looked up once, however many streams are open, and only those of that organization', async () => {
		const { streams, asked } = opened();
		for (const name of ['ann', 'ann', 'bob']) admit(streams, 'acme', name);
		admit(streams, 'globex', 'eve');
		await streams.recheck('acme');
		asked.length = 0;
		await streams.recheck('acme');
		expect(asked).toEqual([['acme/ann', 'acme/bob']]);
	});

	test('who is admitted after it is shown out too: each is looked at once, many together', async () => {
		const { streams, wakes, revoked, asked } = opened(40);
		admit(streams, 'acme', 'bob');
		await streams.recheck('acme');
		revoked.set('ann', { reason: 'access removed' });
		wakes.wake('access:acme');
		await streams.recheck('acme');
		asked.length = 0;
		const latecomers = ['ann', 'eve', 'ann', 'max'].map((name) => admit(streams, 'acme', name));
		expect(await Promise.all([latecomers[0]?.ended, latecomers[2]?.ended])).toEqual([
			{ reason: 'access removed' },
			{ reason: 'access removed' }
		]);
		expect(asked).toEqual([['acme/ann'], ['acme/eve', 'acme/ann', 'acme/max']]);
	});

	test('a thousand wake-ups during a look make one more', async () => {
		const { streams, wakes, asked } = opened();
		admit(streams, 'acme', 'ann');
		for (let n = 0; n < 1000; n++) wakes.wake('access:acme');
		await streams.recheck('acme');
		expect(asked).toEqual([['acme/ann'], ['acme/ann']]);
	});

	test('a look that fails is reported, and nobody is shown out for it', async () => {
		const { wakes, options, failures } = opened();
		const streams = new Streams<string>(wakes, {
			...options,
			findAllRevoked: () => Promise.reject(new Error('away'))
		});
		admit(streams, 'acme', 'ann');
		await streams.recheckAll();
		expect(failures).toEqual([new Error('away'), new Error('away')]);
		expect(streams.size).toBe(1);
	});

	test('a lost wake-up is made up for by looking at all of them, with one query for many organizations', async () => {
		const { streams, revoked, asked } = opened();
		const [ann, bob] = [admit(streams, 'acme', 'ann'), admit(streams, 'globex', 'bob')];
		await Promise.all([streams.recheck('acme'), streams.recheck('globex')]);
		asked.length = 0;
		revoked.set('ann', { reason: 'access removed' }).set('bob', { reason: 'signed out' });
		await streams.recheckAll();
		expect(await Promise.all([ann.ended, bob.ended])).toEqual([
			{ reason: 'access removed' },
			{ reason: 'signed out' }
		]);
		expect(asked).toEqual([['acme/ann', 'globex/bob']]);
	});
});

test('an organization is listened to from its first stream to its last', () => {
	const { streams, wakes } = opened();
	const [ann, bob] = [admit(streams, 'acme', 'ann'), admit(streams, 'acme', 'bob')];
	expect(wakes.topics()).toEqual(['access:acme']);
	ann.leave();
	ann.leave();
	expect(wakes.topics()).toEqual(['access:acme']);
	bob.leave();
	expect(wakes.topics()).toEqual([]);
});

test('a stream whose credential ends by itself is ended at that time, and others go on', async () => {
	const { options, wakes } = opened();
	const why: End = { reason: 'access removed', detail: 'expired' };
	const times = new Map([['ann', new Date(Date.now() + 20)]]);
	const expiryOf = (name: string) => {
		const at = times.get(name);
		return at ? { at, why } : null;
	};
	const streams = new Streams<string>(wakes, { ...options, expiryOf });
	const left = admit(streams, 'acme', 'ann');
	const [ann, bob] = [admit(streams, 'acme', 'ann'), admit(streams, 'acme', 'bob')];
	left.leave();
	const first = Promise.race([left.ended.then(() => 'who left'), bob.ended.then(() => 'bob'), ann.ended]);
	expect(await first).toEqual(why);
	expect(Date.now()).toBeGreaterThanOrEqual((times.get('ann')?.getTime() ?? 0) - 1);
});
