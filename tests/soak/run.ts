// npm run soak -- MINUTES: three servers under load while they are killed; see docs/soak.md.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../support/server/server.ts';
import { gather } from './alarms.ts';
import * as archive from './archive.ts';
import type { Audience } from './audience.ts';
import { Fleet } from './fleet.ts';
import { judge } from './flatness.ts';
import { minutesOf, planFor, type Plan } from './plan.ts';
import { reckon } from './reckoning.ts';
import { Scene } from './scene.ts';
import { tableOf } from './table.ts';

/** How long viewers may take to the last line when no more come, in ms. */
const settleMs = 120_000;

const began = performance.now();

function say(text: string): void {
	const seconds = Math.round((performance.now() - began) / 1000);
	process.stderr.write(`${String(seconds).padStart(5)} s  ${text}\n`);
}

function planned(): Plan {
	try {
		const plan = planFor(minutesOf(process.argv.slice(2)), process.env);
		if (!existsSync(join(root, 'build/server.js')))
			throw new Error('There is no build: run "npm run build" first.');
		return plan;
	} catch (error) {
		process.stderr.write(`${(error as Error).message}\n`);
		process.exit(2);
	}
}

async function soak(plan: Plan, fleet: Fleet, opened: (audience: Audience) => void): Promise<boolean> {
	const scene = await Scene.set(plan, fleet, say);
	opened(scene.audience);
	await scene.play();
	say('the load is over');
	const heads = await scene.heads();
	const audience = await scene.audience.finish(heads, settleMs);
	const streamsLeft = await scene.streamsLeft();
	say('reading everything that is stored');
	const archives = await archive.readAll(fleet.origins, scene.senders);
	const stored = await scene.stored();
	await scene.sampler.stop();
	const alarms = await gather(fleet);
	const { senders, searchers, deployers, revokers, wantedLines } = scene;
	const { disturbances } = fleet;
	const workers = { senders, searchers, deployers, revokers };
	const known = { ...workers, archives, stored, audience, disturbances, alarms, streamsLeft, wantedLines };
	const { rows, faults } = reckon(known);
	rows.push(...judge(scene.samples));
	const report = { plan, rows, faults, alarms, disturbances, audience, samples: scene.sampler.samples };
	const file = join(tmpdir(), `tailrace-soak-${new Date().toISOString().replaceAll(/\W/g, '-')}.json`);
	await writeFile(file, JSON.stringify(report, null, '\t'));
	process.stdout.write(`${tableOf(rows)}\n`);
	for (const fault of faults.slice(0, 50)) say(`FAULT ${fault}`);
	say(`the whole report: ${file}`);
	return rows.every(({ ok }) => ok);
}

const plan = planned();
say('starting PostgreSQL and three servers');
const fleet = await Fleet.start();
let audience: Audience | undefined;
let stopping: Promise<void> | undefined;
const stop = () => {
	audience?.stop();
	return (stopping ??= fleet.stop());
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(130));

async function end(status: number): Promise<never> {
	await Promise.race([stop(), sleep(60_000)]);
	process.exit(status);
}

const isWell = await soak(plan, fleet, (opened) => (audience = opened)).catch((error: unknown) => {
	say(`the soak itself failed: ${error instanceof Error ? error.stack : String(error)}`);
	return false;
});
await end(isWell ? 0 : 1);
