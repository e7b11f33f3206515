import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Sealer } from '../../src/lib/server/logs/sealer.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { root } from '../support/server/server.ts';
import { line, linesOf, makeOrganization, receive } from '../support/logs/lines.ts';

const source = pathToFileURL(join(root, 'src/threads/sealer.ts'));
const yesterday = Date.now() - 24 * 60 * 60 * 1000;

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

function sealerOf(program: URL) {
	const merged: number[] = [];
	const messages: string[] = [];
	const log = pino({}, { write: (text: string) => messages.push(text) });
	const options = { program, url: database.url, prepare: true, log };
	const sealer = new Sealer({ ...options, merged: (chunks, lines) => merged.push(chunks, lines) });
	onTestFinished(() => sealer.close());
	return { sealer, merged, messages };
}

async function fill(): Promise<string> {
	const org = await makeOrganization(database.sql);
	for (let n = 0; n < 20; n++) await receive(database.sql, org, [line(`${n}`)], yesterday);
	return org;
}

const chunksOf = (org: string) => database.sql`SELECT lines FROM log_chunks WHERE org_id = ${org}`;

test('a thread seals what is fresh and tells what it did and what is left', async () => {
	const { sealer, merged } = sealerOf(source);
	const org = await fill();
	const young = await makeOrganization(database.sql);
	await receive(database.sql, young, [line('young'), line('too')]);
	await sealer.run();
	expect(await chunksOf(org)).toEqual([{ lines: 20 }]);
	expect(merged).toEqual([20, 20]);
	expect(sealer.waiting).toMatchObject({ chunks: 1, lines: 2 });
	await sealer.run();
	expect(merged).toEqual([20, 20]);
});

test('a thread that dies is reported and started again by the next run', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-sealer-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	const program = join(folder, 'program.mjs');
	await writeFile(program, `throw new Error('out of memory')`);
	const { sealer, messages } = sealerOf(pathToFileURL(program));
	const org = await fill();
	await expect(sealer.run()).rejects.toThrow('out of memory');
	expect(messages.join()).toContain('the thread that seals log lines has failed');
	await writeFile(program, `await import('${source.href}')`);
	await sealer.run();
	expect(await chunksOf(org)).toEqual([{ lines: 20 }]);
});

test('a close ends the thread; what was not merged stays as it is', async () => {
	const { sealer } = sealerOf(source);
	const org = await fill();
	const running = sealer.run();
	await sealer.close();
	await running.catch((error: unknown) =>
		expect(String(error)).toMatch(/has ended|CONNECTION_ENDED|closed/i)
	);
	expect((await linesOf(database.sql, org)).map(({ message }) => message)).toEqual(
		Array.from({ length: 20 }, (_, n) => `${n}`)
	);
	await sealer.run(); // does nothing
});
