import { renameSync, utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { opened } from '../support/cli/opened.ts';
import { numbered, shippingScene } from '../support/cli/shipping.ts';

const cli = bundled();

const scene = () => shippingScene(cli);

test.each(['a.log', 'a.log*'])(
	'rotated again and again while the server is away: all is read (%s)',
	async (pattern) => {
		const { contract, arrived, web, append, path, ship, end } = await scene();
		append('a.log', ...numbered(1, 10));
		const command = ship(web(pattern));
		await arrived('line 10');
		await contract.kill();
		append('a.log', ...numbered(11, 20));
		await command.saying("can't reach the server", 'stderr');
		for (let rotation = 1; rotation <= 3; rotation++) {
			for (let older = rotation - 1; older > 0; older--) {
				renameSync(path(`a.log.${older}`), path(`a.log.${older + 1}`));
			}
			renameSync(path('a.log'), path('a.log.1'));
			append('a.log', ...numbered(10 * rotation + 11, 10 * rotation + 20));
			await opened(command, path('a.log'), path('a.log.1'));
		}
		await contract.start();
		await arrived('line 50');
		expect((await end(command, 'SIGTERM')).status).toBe(0);
		expect(contract.messages).toEqual(numbered(1, 50));
	}
);

describe.each(['a.log', 'a.log*'])('rotated more than once while nothing reads it (%s)', (pattern) => {
	test('what followed is read, and nothing twice', async () => {
		const { contract, web, append, path, ship, end } = await scene();
		const once = async () =>
			expect(await end(ship([...web(pattern), '--once']))).toMatchObject({ status: 0 });
		writeAt(append, path, 1, 'a.log', ...numbered(1, 5));
		writeAt(append, path, 2, 'a-worker.log', 'of another');
		await once();
		writeAt(append, path, 3, 'a.log', ...numbered(6, 10));
		renameSync(path('a.log'), path('a.log.3'));
		writeAt(append, path, 4, 'a.log.2', ...numbered(11, 20));
		writeAt(append, path, 5, 'a.log.1', ...numbered(21, 30));
		writeAt(append, path, 6, 'a-worker.log', 'more of another');
		writeAt(append, path, 7, 'a.log', ...numbered(31, 40));
		await once();
		await once();
		for (const number of [3, 2, 1]) renameSync(path(`a.log.${number}`), path(`a.log.${number + 1}`));
		renameSync(path('a.log'), path('a.log.1'));
		writeAt(append, path, 8, 'a.log', 'last');
		await once();
		expect(contract.messages).toEqual([...numbered(1, 40), 'last']);
		expect(new Set(contract.entries.map((entry) => entry['log.file.path']))).toContain(path('a.log'));
	});
});

test('a file of which it is not certain that it followed is said', async () => {
	const { contract, web, append, path, ship, end } = await scene();
	const once = () => end(ship([...web('a.log'), '--once']));
	writeAt(append, path, 1, 'a.log', 'one');
	await once();
	renameSync(path('a.log'), path('a.log.2'));
	writeAt(append, path, 2, 'a.log.1.gz', 'packed');
	writeAt(append, path, 3, 'a.log', 'two');
	const { status, stderr } = await once();
	expect([status, stderr]).toEqual([
		0,
		expect.stringContaining('a.log.1.gz may hold lines that were not sent')
	]);
	expect(contract.messages).toEqual(['one', 'two']);
});

/** Lines of a file that is modified in this minute: files of a test are all made within one tick of the clock. */
function writeAt(
	append: (name: string, ...lines: string[]) => void,
	path: (name: string) => string,
	minute: number,
	name: string,
	...lines: string[]
): void {
	append(name, ...lines);
	utimesSync(path(name), minute * 60, minute * 60);
}
