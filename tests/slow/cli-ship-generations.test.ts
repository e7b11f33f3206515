import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundled } from '../support/cli/cli.ts';
import { opened } from '../support/cli/opened.ts';
import { shipping } from '../support/cli/shipping.ts';
import * as contracts from '../support/logs/logs-contract.ts';

const cli = bundled();
const numbered = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

async function scene() {
	const contract = await contracts.start();
	const all = shipping(cli, contract);
	const arrived = (text: string) => contract.until(() => contract.messages.includes(text));
	const web = (pattern: string) => [all.path(pattern), '--service', 'web'];
	return { contract, arrived, web, ...all };
}

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
		expect(contract.messages).toHaveLength(50);
		expect(contract.messages.toSorted()).toEqual(numbered(1, 50).sort());
	}
);
