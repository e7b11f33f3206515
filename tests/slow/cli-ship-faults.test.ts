import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { shippingScene } from '../support/cli/shipping.ts';

const cli = bundled();
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

const scene = () => shippingScene(cli);

const times = (text: string, part: string) => text.split(part).length - 1;

test('a link that leads in circles is said once, and the other files are read; gone, it is forgotten', async () => {
	const { contract, arrived, web, append, path, ship, end } = await scene();
	symlinkSync('early.log', path('early.log'));
	append('a.log', 'one');
	const command = ship(web('*.log'));
	await arrived('one');
	symlinkSync('x.log', path('x.log'));
	await command.saying(`can't read ${path('x.log')} (ELOOP`, 'stderr');
	append('b.log', 'two');
	await arrived('two');
	rmSync(path('early.log'));
	rmSync(path('x.log'));
	append('c.log', 'three');
	await arrived('three');
	const { status, stderr } = await end(command, 'SIGTERM');
	expect([status, times(stderr, "can't read")]).toEqual([0, 2]);
	expect(contract.messages).toEqual(['one', 'two', 'three']);
});

test.runIf(isRoot)(
	'a folder that is closed for a while is said, and its files are read on afterwards',
	async () => {
		const { contract, arrived, append, path, ship, end } = await scene();
		mkdirSync(path('logs'));
		mkdirSync(path('.state'));
		append('logs/a.log', 'one');
		append('b.log', 'of b');
		chmodSync(path('.'), 0o755);
		chownSync(path('.state'), nobody, nobody);
		const words = [path('logs/*.log'), path('b.log'), '--service', 'web'];
		const first = ship(words, { user: nobody });
		await arrived('one');
		chmodSync(path('logs'), 0o700);
		await first.saying(`can't read ${path('logs')} (EACCES`, 'stderr');
		append('logs/a.log', 'two');
		append('b.log', 'more of b');
		await arrived('more of b');
		await arrived('two');
		const { status, stderr } = await end(first, 'SIGTERM');
		expect([status, times(stderr, "can't read")]).toEqual([1, 1]);
		const second = ship(words, { user: nobody });
		await second.saying(`can't read ${path('logs/a.log')} (EACCES`, 'stderr');
		append('b.log', 'last of b');
		await arrived('last of b');
		append('logs/a.log', 'three');
		chmodSync(path('logs'), 0o755);
		await arrived('three');
		expect((await end(second, 'SIGTERM')).status).toBe(0);
		expect(contract.messages.toSorted()).toEqual(['last of b', 'more of b', 'of b', 'one', 'three', 'two']);
	}
);

test('a file that gives an error when it is read is said, and the others are read', async () => {
	const { contract, web, append, ship, end } = await scene();
	append('a.log', 'one');
	const { status, stderr } = await end(ship(['/proc/1/mem', ...web('*.log'), '--once']));
	expect([status, stderr]).toEqual([1, expect.stringContaining("can't read /proc/1/mem (")]);
	expect(contract.messages).toEqual(['one']);
});

test('a pipe in the folder is left alone', async () => {
	const { contract, arrived, web, append, path, ship, end } = await scene();
	execFileSync('mkfifo', [path('a.pipe'), path('b.log')]);
	append('a.log', 'one');
	const command = ship(web('*.log'));
	await arrived('one');
	writeFileSync(path('a.log'), 'another\n');
	await arrived('another');
	rmSync(path('a.log'));
	await end(command, 'SIGKILL');
	const { status, stderr } = await end(ship([...web('*.log'), '--once']));
	expect([status, stderr]).toEqual([0, expect.stringContaining('a.log was replaced or removed')]);
	expect(contract.messages).toEqual(['one', 'another']);
});
