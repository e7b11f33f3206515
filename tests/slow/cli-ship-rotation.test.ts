import { copyFileSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { numbered, shipping, shippingScene } from '../support/cli/shipping.ts';
import { startSite, type Site } from '../support/server/site.ts';

const cli = bundled();

const scene = () => shippingScene(cli);

describe.each(['a.log', 'a.log*'])('with the pattern %s', (pattern) => {
	test('a renamed file is read to its end, also what is still written to it', async () => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('a.log', ...numbered(1, 10));
		const command = ship(web(pattern));
		await arrived('line 10');
		const held = contract.hold();
		append('a.log', ...numbered(11, 20));
		renameSync(path('a.log'), path('a.log.1'));
		append('a.log.1', 'late');
		append('a.log', 'new');
		held.release();
		await arrived('new');
		await arrived('late');
		append('a.log.1', 'later');
		await arrived('later');
		expect((await end(command, 'SIGTERM')).status).toBe(0);
		expect(contract.messages.toSorted()).toEqual([...numbered(1, 20), 'late', 'later', 'new'].sort());
	});

	test('lines of a renamed file come before those of its successor, also one that waits for more lines', async () => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('a.log', ...numbered(1, 10));
		const command = ship(web(pattern));
		await arrived('line 10');
		append('a.log', 'ERROR failed');
		renameSync(path('a.log'), path('a.log.1'));
		append('a.log', ...numbered(11, 20));
		await arrived('line 20');
		expect((await end(command, 'SIGTERM')).status).toBe(0);
		expect(contract.messages).toEqual([...numbered(1, 10), 'ERROR failed', ...numbered(11, 20)]);
	});

	test('a truncated file is read anew, and of its copy only what was not read before', async () => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('a.log', ...numbered(1, 10));
		const command = ship(web(pattern));
		await arrived('line 10');
		const held = contract.hold();
		append('a.log', 'waits');
		await contract.until(() => contract.requests.length === 2);
		append('a.log', ...numbered(11, 20));
		copyFileSync(path('a.log'), path('a.log.1'));
		truncateSync(path('a.log'));
		append('a.log', 'new');
		held.release();
		await arrived('new');
		await arrived('line 20');
		append('a.log', 'newer');
		await arrived('newer');
		const { status, stderr } = await end(command, 'SIGTERM');
		expect([status, stderr]).toEqual([0, expect.not.stringContaining('truncated')]);
		expect(contract.messages.toSorted()).toEqual([...numbered(1, 20), 'new', 'newer', 'waits'].sort());
	});

	test('renamed, or copied and truncated, while nothing reads it: nothing is lost or doubled', async () => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('a.log', ...numbered(1, 10));
		const first = ship(web(pattern));
		await arrived('line 10');
		await end(first, 'SIGTERM');
		append('a.log', ...numbered(11, 12));
		renameSync(path('a.log'), path('a.log.1'));
		append('a.log', ...numbered(13, 20));
		const second = ship(web(pattern));
		await arrived('line 20');
		await arrived('line 12');
		await end(second, 'SIGTERM');
		append('a.log', ...numbered(21, 22));
		renameSync(path('a.log.1'), path('a.log.2'));
		copyFileSync(path('a.log'), path('a.log.1'));
		truncateSync(path('a.log'));
		append('a.log', 'new');
		const { status } = await end(ship([...web(pattern), '--once']));
		expect(status).toBe(0);
		expect(contract.messages.toSorted()).toEqual([...numbered(1, 22), 'new'].sort());
	});
});

test.each(['a.log', 'a.log*'])(
	'a rotated file that was sent may be packed or removed: nothing is lost (%s)',
	async (pattern) => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('a.log', 'one');
		const command = ship(web(pattern));
		await arrived('one');
		renameSync(path('a.log'), path('a.log.1'));
		append('a.log', 'two');
		await arrived('two');
		expect((await end(command, 'SIGTERM')).status).toBe(0);
		writeFileSync(path('a.log.1.gz'), 'packed');
		rmSync(path('a.log.1'));
		expect(await end(ship([...web(pattern), '--once']))).toEqual({ status: 0, stderr: '' });
		append('a.log', 'not sent');
		rmSync(path('a.log'));
		const { stderr } = await end(ship([...web(pattern), '--once']));
		expect(stderr).toContain('a.log was replaced or removed while nothing read it');
		expect(contract.messages).toEqual(['one', 'two']);
	}
);

test('a truncated file without a copy is said, and read from its start even if it is longer by then', async () => {
	const { contract, arrived, web, append, path, ship, end } = await scene();
	append('a.log', 'one');
	const command = ship(web('a.log'));
	await arrived('one');
	writeFileSync(path('a.log'), 'another one, longer than before\n');
	await arrived('another one, longer than before');
	const { status, stderr } = await end(command, 'SIGTERM');
	expect([status, stderr]).toEqual([
		0,
		expect.stringContaining('a.log was truncated: reading it from its start')
	]);
	expect(contract.messages).toEqual(['one', 'another one, longer than before']);
});

test('a truncated file that begins as before and is longer by then is read from its start', async () => {
	const { contract, arrived, web, append, path, ship, end } = await scene();
	const head = `# ${'='.repeat(3_000)}`;
	append('a.log', head, ...numbered(1, 10));
	const command = ship(web('a.log'));
	await arrived('line 10');
	writeFileSync(path('a.log'), [head, ...numbered(11, 50), ''].join('\n'));
	await arrived('line 50');
	const { status, stderr } = await end(command, 'SIGTERM');
	expect([status, stderr]).toEqual([0, expect.stringContaining('a.log was truncated')]);
	expect(contract.messages).toEqual([head, ...numbered(1, 10), head, ...numbered(11, 50)]);
});

test('the hole that a program leaves which writes on at its old place is left out', async () => {
	const { contract, arrived, web, append, path, ship, end } = await scene();
	append('a.log', 'x'.repeat(5_000));
	const command = ship(web('a.log'));
	await arrived('x'.repeat(5_000));
	truncateSync(path('a.log'));
	truncateSync(path('a.log'), 5_001);
	append('a.log', 'after the hole');
	await arrived('after the hole');
	await end(command, 'SIGTERM');
	expect(contract.messages).toEqual(['x'.repeat(5_000), 'after the hole']);
});

test('a new file with the inode of an old one is another file', async () => {
	const { contract, web, append, path, ship, end } = await scene();
	append('a.log', 'a long line of the first file');
	const once = () => end(ship([...web('a.log'), '--once']));
	await once();
	const { ino } = statSync(path('a.log'));
	let tries = 0;
	do {
		rmSync(path('a.log'));
		append('a.log', 'the second file', 'is longer than the first one was');
	} while (statSync(path('a.log')).ino !== ino && ++tries < 200);
	expect((await once()).status).toBe(0);
	expect(contract.messages).toEqual([
		'a long line of the first file',
		'the second file',
		'is longer than the first one was'
	]);
});

test('files that begin alike are different files', async () => {
	const { contract, web, append, ship, end } = await scene();
	const head = `# ${'='.repeat(3_000)}`;
	append('a.log', head, 'of a');
	append('b.log', head, 'of b');
	append('a-2.log', head, 'of a-2');
	expect((await end(ship([...web('*.log'), '--once']))).status).toBe(0);
	append('a.log', 'more of a');
	expect((await end(ship([...web('*.log'), '--once']))).status).toBe(0);
	expect(contract.messages.filter((message) => message !== head).sort()).toEqual([
		'more of a',
		'of a',
		'of a-2',
		'of b'
	]);
	expect(contract.messages).toHaveLength(7);
});

describe('on a real server', () => {
	let site: Site;
	beforeAll(async () => void (site = await startSite()));
	afterAll(() => site.stop());

	test('ended and killed again and again while files are written and rotated: every line once', async () => {
		const tenant = await site.tenant();
		const { append, path, ship, end } = shipping(cli, { url: tenant.origin, key: tenant.made.key });
		mkdirSync(path('logs'));
		const names = ['a', 'b', 'c'];
		let number = 0;
		let rotations = 0;
		const write = () => {
			for (const name of names) append(`logs/${name}.log`, `${name} ${++number}`, `${name} ${++number}`);
			if (number % 60 !== 0) return;
			const name = names[rotations % 3];
			renameSync(path(`logs/${name}.log`), path(`logs/${name}.log.${++rotations}`));
		};
		const writing = setInterval(write, 10);
		onTestFinished(() => clearInterval(writing));
		const stream = await tenant.stream('after=0');
		for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM'] as const) {
			const goal = number;
			const command = ship([path('logs/*.log*'), '--service', 'web']);
			await stream.until(() => stream.events().length > goal);
			const { status } = await end(command, signal);
			if (signal === 'SIGTERM') expect(status).toBe(0);
		}
		clearInterval(writing);
		const once = await end(ship([path('logs/*.log*'), '--service', 'web', '--once']));
		expect(once).toEqual({ status: 0, stderr: '' });
		await stream.until(() => stream.events().length >= number);
		const numbers = stream.events().map(({ entry }) => Number(entry.message.split(' ')[1]));
		expect(numbers.toSorted((a, b) => a - b)).toEqual(
			Array.from({ length: number }, (_, index) => index + 1)
		);
		await stream.close();
	});
});
