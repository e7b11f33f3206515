/**
 * A process to kill: appends numbered lines to a deploy, from the end of its log, and prints each end that was reported to be
 * on disk. `node deploy-writer.ts <data directory> <organization> <deploy>`
 */
import { open } from '../../../src/lib/server/sqlite/connect.ts';
import { Deploys } from '../../../src/lib/server/deploys/deploys.ts';
import { sqliteStore } from '../../../src/lib/server/deploys/sqlite/store.ts';
import { migrations } from './deploy-scene.ts';
import { lineAt } from './deploy-lines.ts';

const [dir = '', org = '', id = ''] = process.argv.slice(2);
const deploys = new Deploys({
	store: sqliteStore(open(dir, migrations)),
	idleMs: null,
	flushMs: 1,
	leaseMs: 60_000,
	stdout: null,
	onflushed() {},
	onchanged() {},
	onfailed(error) {
		throw error;
	}
});
deploys.start();

const at = await deploys.positionOf(org, id);
let [end, line] = [at?.size ?? 0, at?.lines ?? 0];
for (;;) {
	const answer = await deploys.append(org, id, end, lineAt(line++));
	if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
	end = answer.end;
	process.stdout.write(`${end}\n`);
}
