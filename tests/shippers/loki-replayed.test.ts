// Requests of clients that cannot be had here, as their documentation and sources say that they send them.
import { gzipSync } from 'node:zlib';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { compress } from 'snappyjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

const path = '/loki/api/v1/push';
const time = '2026-11-29T01:02:03.456Z';
const nanoseconds = `${Date.parse(time)}000000`;
const ofJson = (stream: object, ...lines: string[]) =>
	JSON.stringify({ streams: [{ stream, values: lines.map((line) => [nanoseconds, line]) }] });

/** A PushRequest of one stream and one line. */
function push(labels: string, line: string): Uint8Array {
	const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
	writer.tag(1, WireType.LengthDelimited).string(labels).tag(2, WireType.LengthDelimited).fork();
	writer.tag(1, WireType.LengthDelimited).fork();
	writer.tag(1, WireType.Varint).int64(Date.parse(time) / 1000 - 0.456);
	writer.tag(2, WireType.Varint).int32(456_000_000).join();
	return writer.tag(2, WireType.LengthDelimited).string(line).join().join().finish();
}

const snappy = (bytes: Uint8Array) => Buffer.from(compress(bytes));

test.each([
	['Promtail and Alloy', 'application/x-protobuf', undefined],
	['Vector', 'application/x-protobuf', 'snappy'],
	['a client that names nothing', undefined, undefined]
])('%s send protobuf in Snappy', async (_who, type, encoding) => {
	const tenant = await site.tenant();
	const headers = {
		...(type && { 'content-type': type }),
		...(encoding && { 'content-encoding': encoding })
	};
	const body = snappy(push('{job="varlogs", filename="/var/log/app.log", level="warn"}', 'a line'));
	const response = await tenant.post(body, headers, path);
	expect(response.status).toBe(204);
	expect(await tenant.lines()).toMatchObject([
		{ message: 'a line', level: 'warn', time, attributes: { filename: '/var/log/app.log', job: 'varlogs' } }
	]);
});

test('Fluent Bit and the plugins of Fluentd and Logstash send JSON, with gzip or without', async () => {
	const tenant = await site.tenant();
	const type = { 'content-type': 'application/json' };
	const body = ofJson({ job: 'fluent-bit', level: 'error' }, 'a', 'b');
	expect((await tenant.post(body, type, path)).status).toBe(204);
	const zipped = { ...type, 'content-encoding': 'gzip' };
	expect((await tenant.post(gzipSync(body), zipped, path)).status).toBe(204);
	expect(await tenant.messages()).toEqual(['a', 'b', 'a', 'b']);
});

test('the older address takes the older form', async () => {
	const tenant = await site.tenant();
	const streams = [{ labels: '{job="api"}', entries: [{ ts: time, line: 'old' }] }];
	const type = { 'content-type': 'application/json' };
	expect((await tenant.post(JSON.stringify({ streams }), type, '/api/prom/push')).status).toBe(204);
	expect(await tenant.lines()).toMatchObject([{ message: 'old', time }]);
});

test.each(['/ready', '/loki/ready'])('%s is answered to anybody', async (address) => {
	const response = await fetch(site.server.url + address);
	expect([response.status, await response.text()]).toEqual([200, 'ready\n']);
	expect((await fetch(site.server.url + address, { method: 'HEAD' })).status).toBe(200);
});

test('what cannot be read is refused, in text, and stores nothing', async () => {
	const tenant = await site.tenant();
	const body = snappy(push('{job="x"}', 'a line'));
	for (const broken of [body.subarray(0, -3), Buffer.from('hello'), snappy(Buffer.from('hello'))]) {
		const response = await tenant.post(
			Buffer.from(broken),
			{ 'content-type': 'application/x-protobuf' },
			path
		);
		expect(response.status).toBe(400);
		expect(response.headers.get('content-type')).toContain('text/plain');
	}
	expect(await tenant.lines()).toEqual([]);
});

test('only a protocol that knows Snappy takes it, and only innermost', async () => {
	const tenant = await site.tenant();
	const body = snappy(push('{job="x"}', 'a line'));
	const posted = async (address: string, encoding: string, bytes: Buffer = body) => {
		const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': encoding };
		return (await tenant.post(Buffer.from(bytes), headers, address)).status;
	};
	expect(await posted('/v1/logs', 'snappy')).toBe(415);
	expect(await posted('/api/logs', 'snappy')).toBe(415);
	expect(await posted(path, 'gzip, snappy')).toBe(415);
	expect(await posted(path, 'snappy, gzip', gzipSync(body))).toBe(204);
	expect(await tenant.messages()).toEqual(['a line']);
});
