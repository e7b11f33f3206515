import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { numbered, shippingScene } from '../support/cli/shipping.ts';

const cli = bundled();

const scene = () => shippingScene(cli);

describe('a new file that begins like another one', () => {
	test('is read as soon as it has more, however it grows', async () => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('app.log', 'Starting server');
		const command = ship(web('*.log'));
		await arrived('Starting server');
		append('app-worker.log', 'Starting server');
		let line = 0;
		const growing = setInterval(() => append('app-worker.log', `line ${++line}`), 20);
		onTestFinished(() => clearInterval(growing));
		await arrived('line 20');
		clearInterval(growing);
		await arrived(`line ${line}`);
		expect((await end(command, 'SIGTERM')).status).toBe(0);
		const all = ['Starting server', 'Starting server', ...numbered(1, line)];
		expect(contract.messages).toEqual(all);
		expect(contract.entries[1]).toMatchObject({ 'log.file.path': path('app-worker.log') });
	});

	test('waits while it may be a copy; what waits at the end is said, and sent at the next start', async () => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('app.log', ...numbered(1, 5));
		const first = ship(web('*.log'));
		await arrived('line 5');
		copyFileSync(path('app.log'), path('app-2.log'));
		append('other.log', 'other');
		await arrived('other');
		const { status, stderr } = await end(first, 'SIGTERM');
		expect([status, stderr]).toEqual([1, expect.stringContaining('1 new files may be copies of others')]);
		expect(contract.messages).toEqual([...numbered(1, 5), 'other']);
		append('app-2.log', 'line 6');
		expect((await end(ship([...web('*.log'), '--once']))).status).toBe(0);
		expect(contract.messages.slice(6)).toEqual(numbered(1, 6));
	});

	test.each(['app.log', 'app.log*'])(
		'in the place of a renamed one is read at once (%s)',
		async (pattern) => {
			const { contract, arrived, web, append, path, ship, end } = await scene();
			append('app.log', 'Starting server');
			const command = ship(web(pattern));
			await arrived('Starting server');
			renameSync(path('app.log'), path('app.log.1'));
			append('app.log', 'Starting server');
			await contract.until(() => contract.messages.length === 2);
			append('app.log', 'one');
			await arrived('one');
			expect((await end(command, 'SIGTERM')).status).toBe(0);
			expect(contract.messages).toEqual(['Starting server', 'Starting server', 'one']);
		}
	);
});

test('a copy that is made slowly is nothing new, from its first byte on', async () => {
	const { contract, arrived, web, append, path, ship, end } = await scene();
	append('app.log', ...numbered(1, 5));
	const command = ship(web('app.log*'));
	await arrived('line 5');
	writeFileSync(path('app.log.1'), '');
	append('app.log.x', 'seen');
	await arrived('seen');
	appendFileSync(path('app.log.1'), 'line 1\nli');
	append('app.log.y', 'seen again');
	await arrived('seen again');
	copyFileSync(path('app.log'), path('app.log.1'));
	truncateSync(path('app.log'));
	append('app.log', 'new');
	await arrived('new');
	const { status, stderr } = await end(command, 'SIGTERM');
	expect([status, stderr]).toEqual([0, expect.not.stringContaining('truncated')]);
	expect(contract.messages).toEqual([...numbered(1, 5), 'seen', 'seen again', 'new']);
});
