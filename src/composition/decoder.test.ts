import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { mostValues } from '../lib/server/ingest/json.ts';
import { openDecoder } from './decoder.ts';
import { mostItems } from './decoding.ts';

const ours = pathToFileURL('src/threads/decoder.ts');

function decoder(program = ours, heapMb?: number) {
	const said: string[] = [];
	const log = pino({}, { write: (text: string) => said.push(text) });
	const opened = openDecoder(program, { log, reading: { isOn: () => Promise.resolve(true) }, heapMb });
	onTestFinished(() => opened.close());
	const decode = (org: string, body: string, contentType = 'application/json') =>
		opened.decode(org, {
			format: 'lines',
			bytes: Buffer.from(body),
			contentType,
			parameters: {},
			headers: {},
			now: 0
		});
	return { decode, said };
}

/** A program that does what ours does, until a body makes it end. */
function mortal(): URL {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-decoder-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const file = join(folder, 'program.mjs');
	const source = (path: string) => JSON.stringify(pathToFileURL(`src/${path}`).href);
	writeFileSync(
		file,
		`import { decodeAndEncode } from ${source('composition/decoding.ts')};
		import { serve } from ${source('lib/server/threads/serve.ts')};
		serve(async (job) => {
			if (Buffer.from(job.bytes).includes('deadly')) process.exit(1);
			return { result: await decodeAndEncode(job) };
		});`
	);
	return pathToFileURL(file);
}

const entries = (message: string) =>
	JSON.stringify(Array.from({ length: 2_000 }, (_, n) => ({ message: `${message} ${n} took 3 ms` })));

test('a large body comes back as chunks, a small one as entries', async () => {
	const { decode } = decoder();
	expect(await decode('org', entries('request'))).toMatchObject({
		entries: [],
		chunks: [{ lines: 2_000 }],
		report: { accepted: 2_000, rejected: 0 }
	});
	expect(await decode('org', '{"message":"few"}')).toMatchObject({ entries: [{ message: 'few' }] });
});

test('a body that kills its thread is answered 413, and costs its neighbours nothing', async () => {
	const { decode, said } = decoder(mortal(), 64);
	const [killed, ...others] = await Promise.all([
		decode('hostile', entries('deadly')),
		...Array.from({ length: 4 }, () => decode('usual', entries('request')))
	]);
	expect(killed).toMatchObject({ status: 413, detail: expect.stringContaining('more memory') });
	for (const other of others) expect(other).toMatchObject({ report: { accepted: 2_000 } });
	expect(said).toEqual([expect.stringContaining('a thread has ended')]);
	expect(await decode('hostile', entries('request'))).toMatchObject({ report: { accepted: 2_000 } });
});

test.each([
	['empty objects', '{},', mostValues / 2],
	['objects of one name', '{"a":1},', mostValues / 2]
])('a body of as many %s as one may have is decoded, one of more is refused', async (_what, one, most) => {
	const { decode, said } = decoder();
	const body = (count: number) => `{"message":"€","list":[${one.repeat(count)}0]}`;
	expect(await decode('hostile', body(most - 10))).toMatchObject({ report: { accepted: 1, rejected: 0 } });
	expect(await decode('hostile', body(most + 10))).toMatchObject({
		status: 413,
		detail: expect.stringContaining('4,000,000 values')
	});
	expect(said).toEqual([]);
});

test('more entries than one request may have are refused', async () => {
	const { decode } = decoder();
	expect(await decode('usual', '1\n'.repeat(mostItems + 1), 'application/x-ndjson')).toMatchObject({
		status: 413,
		detail: expect.stringContaining('1,000,000 entries')
	});
});
