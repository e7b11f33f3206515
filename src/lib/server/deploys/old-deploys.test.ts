import { afterAll, expect, test } from 'vitest';
import { DeployScene, org, web } from '../../../../tests/support/deploys/deploy-scene.ts';
import { Deploys } from './deploys.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

const day = 24 * 60 * 60_000;
const now = Date.now();

function open() {
	const onfailed = (error: unknown) => expect.fail(String(error));
	const quiet = { stdout: null, onflushed() {}, onchanged() {}, onfailed };
	return new Deploys({ store: scene.store, idleMs: null, flushMs: 1, leaseMs: 110 * day, ...quiet });
}

/** A deploy with a log from this many days ago, which ended a minute after it began unless it runs. */
async function deployOf(
	age: number,
	of: Partial<typeof web> = {},
	isRunning = false,
	owner = org
): Promise<string> {
	const at = now - age * day;
	const { id } = await scene.store.records.create(owner, { ...web, ...of }, { now: at });
	const made = idAt(at);
	scene.sqlite.prepare('UPDATE deploys SET id = ? WHERE id = ?').run(made, id);
	if (owner === org) await scene.append(made, `log of ${made}\n`, at);
	if (!isRunning) await scene.store.records.finish(owner, made, { status: 'succeeded' }, at + 60_000);
	return made;
}

let made = 0;
/** The id of something created then. */
function idAt(time: number): string {
	const hex = time.toString(16).padStart(12, '0');
	return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(made++).padStart(12, '0')}`;
}

const idsOf = async (owner = org) => (await scene.store.records.list(owner, {})).deploys.map(({ id }) => id);

test('old deploys go with their logs, but for the newest of each service and environment and those that run', async () => {
	const production = { environment: 'production' };
	const staying = await Promise.all([
		deployOf(100, {}, true), // runs
		deployOf(90), // the newest two of web …
		deployOf(80),
		deployOf(95, production), // … of web in production, of which there are no more …
		deployOf(99, { service: 'api' }), // … and of the API
		deployOf(5, { service: 'api' }),
		deployOf(4, { service: 'api' }) // ended recently
	]);
	const theirs = await deployOf(400, {}, false, 'other');
	await Promise.all([
		deployOf(200),
		deployOf(300),
		deployOf(100, { service: 'api' }),
		deployOf(101, { service: 'api' })
	]);

	const deploys = open();
	// The second oldest of the API is not among the newest two, yet ended before: it is deleted, too.
	const gone = staying[4] ?? '';
	expect(await deploys.removeOld(org, { since: now - 30 * day, newest: 2 })).toBe(5);
	expect((await idsOf()).sort()).toEqual(staying.filter((id) => id !== gone).sort());
	expect(await idsOf('other')).toEqual([theirs]);
	expect(scene.countChunks(gone)).toBe(0);
	expect(await deploys.get(org, gone)).toBeNull();
	expect(await deploys.organizations()).toEqual([org, 'other']);
	expect(await deploys.removeOld(org, { since: now - 30 * day, newest: 2 })).toBe(0);
	await deploys.close();
});

test('a deploy on its way out is nobody’s, whose log the next call deletes', async () => {
	const owner = 'slow';
	const [old] = [await deployOf(60, {}, false, owner), await deployOf(50, {}, false, owner)];
	const first = open();
	const cut = first.removeOld(owner, { since: now - 30 * day, newest: 1 });
	await first.close();
	await cut;
	expect(await idsOf(owner)).not.toContain(old);
	const next = open();
	await next.removeOld(owner, { since: now - 30 * day, newest: 1 });
	expect(await scene.store.removal.oldestAside()).toBeNull();
	await next.close();
});

test('an append to a deploy that has been removed finds none', async () => {
	const owner = 'late';
	const [old] = [await deployOf(60, {}, true, owner), await deployOf(50, {}, false, owner)];
	await scene.store.upkeep.interruptSilent(55 * day, now);
	const deploys = open();
	expect(await deploys.removeOld(owner, { since: now - 30 * day, newest: 1 })).toBe(1);
	expect(await deploys.append(owner, old ?? '', null, Buffer.from('x'))).toEqual({ kind: 'none' });
	await deploys.close();
});

test('a great many are removed in batches with room for others in between', async () => {
	const owner = 'many';
	for (let n = 0; n < 350; n++) await deployOf(100 + n / 1_000, {}, false, owner);
	const deploys = open();
	let turns = 0;
	let isOver = false;
	const count = () => {
		turns++;
		if (!isOver) setImmediate(count);
	};
	setImmediate(count);
	expect(await deploys.removeOld(owner, { since: now - 30 * day, newest: 10 })).toBe(340);
	isOver = true;
	expect(turns).toBeGreaterThan(340);
	expect(await idsOf(owner)).toHaveLength(10);
	await deploys.close();
});
