/**
 * A process to kill: appends numbered lines to a deploy, from the end of its log, and prints each end that was reported to be
 * on disk. `node deploy-writer.ts <data directory> <organization> <deploy>`
 */
import { open } from '../../../src/lib/server/sqlite/connect.ts';
import { Deploys } from '../../../src/lib/server/deploys/deploys.ts';
import { migrations } from './deploy-scene.ts';
import { lineAt } from './deploy-lines.ts';

const [dir = '', org = '', id = ''] = process.argv.slice(2);
const deploys = new Deploys({
	sqlite: open(dir, migrations),
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

let [end, line] = [deploys.positionOf(org, id)?.size ?? 0, deploys.positionOf(org, id)?.lines ?? 0];
for (;;) {
	const answer = await deploys.append(org, id, end, lineAt(line++));
	if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
	end = answer.end;
	process.stdout.write(`${end}\n`);
}
