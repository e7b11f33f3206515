import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const json = { 'content-type': 'application/json' };
const mebi = 1024 * 1024;

describe('what cannot be taken is refused whole', () => {
	const zeros = (bytes: number) => new Uint8Array(bytes).fill(0x61);
	test.each<[string, number, string | Uint8Array<ArrayBuffer>, Record<string, string>]>([
		['an empty body', 400, '', json],
		['an empty body without a type', 400, '', {}],
		['nothing but white space', 400, ' \n\r\n\t', {}],
		['an empty array', 400, '[]', json],
		['JSON that is cut off', 400, '[{"message":"a"},{"mess', json],
		['64 MiB and a byte', 413, zeros(64 * mebi + 1), {}],
		['64 MiB and a byte, compressed', 413, gzip(zeros(64 * mebi + 1)), { 'content-encoding': 'gzip' }],
		['an encoding nobody knows', 415, 'a', { 'content-encoding': 'rot13' }],
		['what is no gzip', 400, 'a', { 'content-encoding': 'gzip' }],
		['gzip that is cut off', 400, gzip(zeros(5_000)).slice(0, 20), { 'content-encoding': 'gzip' }],
		['an empty gzip', 400, gzip(zeros(0)), { 'content-encoding': 'gzip' }]
	])('%s: %i', async (_, status, body, headers) => {
		const tenant = await site.tenant();
		await expectProblem(await tenant.post(body, headers), status);
		expect(await tenant.messages()).toEqual([]);
	});

	test('64 MiB and 100,000 lines are not too much', async () => {
		const tenant = await site.tenant();
		const lines = `${'m'.repeat(600)}\n`.repeat(100_000);
		const body = new Uint8Array(Buffer.from(lines.padEnd(64 * mebi, '\n')));
		expect(await (await tenant.post(body)).json()).toMatchObject({ accepted: 100_000, last_seq: 100_000 });
	});

	test('bombs cost no memory', async () => {
		const tenant = await site.tenant();
		const bomb = await gzipBomb(200);
		expect(bomb.length).toBeLessThan(mebi);
		const before = await peakMemory();
		const answers = await Promise.all(
			Array.from({ length: 6 }, () => tenant.post(bomb, { ...json, 'content-encoding': 'gzip' }))
		);
		for (const answer of answers) await expectProblem(answer, 413);
		expect((await peakMemory()) - before).toBeLessThan(200 * mebi); // six times 200 MB it is not
	});
});

function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return new Uint8Array(gzipSync(bytes));
}

/** So many megabytes of blanks, compressed, without ever holding them. */
async function gzipBomb(megabytes: number): Promise<Uint8Array<ArrayBuffer>> {
	const blanks = Buffer.alloc(mebi, ' ');
	const source = Readable.from(
		(function* () {
			for (let sent = 0; sent < megabytes; sent++) yield blanks;
		})()
	);
	return new Uint8Array(await buffer(source.pipe(createGzip({ level: 1 }))));
}

/** The most memory that the server has had so far, in bytes (proc(5), VmHWM). */
async function peakMemory(): Promise<number> {
	const status = await readFile(`/proc/${site.server.pid}/status`, 'utf8');
	return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}
