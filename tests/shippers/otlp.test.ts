import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/server/other-postgres.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';
import { expectScript, run, start, stored } from '../support/shippers/clients.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';

let site: Site;
let port: number;
beforeAll(async () => {
	port = await freePort();
	site = await startSite({ OTLP_GRPC_LISTEN: `127.0.0.1:${port}` });
});
afterAll(() => site.stop());

const errandOf = ({ origin, made }: Tenant, env: Record<string, string>) => ({
	target: origin,
	port,
	key: made.key,
	env
});

describe.each(['http', 'proto', 'grpc'])('the SDK of OpenTelemetry for JavaScript, exporter %s', (FORMAT) => {
	test.each(['', '1'])('sends lines that arrive whole (gzip: %j)', async (GZIP) => {
		const tenant = await site.tenant();
		await run('otlp', errandOf(tenant, { FORMAT, GZIP }));
		const entries = await stored(tenant.origin, tenant.made.key);
		expectScript(entries, { service: 'shop', host: 'web-1' });
		expect(entries[0]?.attributes).toMatchObject({
			n: 1,
			'http.route': '/cart',
			nested: { list: [1, 'two', true] },
			'service.name': 'shop',
			'otel.scope.name': 'tests'
		});
	});

	test('with a wrong key stores nothing and goes on', async () => {
		const tenant = await site.tenant();
		const wrong = { ...errandOf(tenant, { FORMAT }), key: 'tr_wrong' };
		expect(await start('otlp', wrong).ended).toBe(0);
		expect(await tenant.lines()).toEqual([]);
	});
});

const callOf = ({ made }: Tenant) => ({
	':method': 'POST',
	':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
	'content-type': 'application/grpc',
	te: 'trailers',
	authorization: `Bearer ${made.key}`
});

test('calls that hang keep no other organization out', async () => {
	const [hanging, other] = [await site.tenant(), await site.tenant()];
	const session = connect(`http://127.0.0.1:${port}`);
	onTestFinished(() => session.destroy());
	const begin = (tenant: Tenant) => {
		const stream = session.request(callOf(tenant));
		stream.on('error', () => {}); // at the end of the test
		stream.write('\0');
		return once(stream, 'response').then(([headers]) => (headers as IncomingHttpHeaders)['grpc-status']);
	};
	// One more than it may have.
	expect(await Promise.race(Array.from({ length: 17 }, () => begin(hanging)))).toBe('14');
	await run('otlp', errandOf(other, { FORMAT: 'grpc' }));
	expectScript(await stored(other.origin, other.made.key), { service: 'shop', host: 'web-1' });
});

test('a message may come in zstd, whose size is bounded', async () => {
	const tenant = await site.tenant();
	const session = connect(`http://127.0.0.1:${port}`);
	onTestFinished(() => session.destroy());
	async function statusOf(message: Uint8Array): Promise<unknown> {
		const stream = session.request({ ...callOf(tenant), 'grpc-encoding': 'zstd' });
		const head = Buffer.alloc(5, 1);
		head.writeUInt32BE(message.length, 1);
		stream.end(Buffer.concat([head, message]));
		stream.resume();
		// Of an error they are one.
		const statusIn = async (event: 'response' | 'trailers') =>
			((await once(stream, event)) as [IncomingHttpHeaders])[0]['grpc-status'];
		return (await statusIn('response')) ?? statusIn('trailers');
	}
	const record = Buffer.from('0a0e120c120a2a080a06776f726c6421', 'hex'); // a record whose body is "world!"
	expect(await statusOf(zstdCompressSync(record))).toBe('0');
	expect((await tenant.lines()).map(({ message }) => message)).toEqual(['world!']);
	expect(await statusOf(zstdCompressSync(Buffer.alloc(9 * 2 ** 20)))).toBe('8');
	expect(await statusOf(Buffer.from('no zstd'))).toBe('3');
});

/** Sends 2,000 lines while the server restarts; gives what is stored. */
async function acrossRestart(FORMAT: string) {
	const grpcPort = await freePort();
	const server = await restarting({ OTLP_GRPC_LISTEN: `127.0.0.1:${grpcPort}` });
	onTestFinished(() => server.stop());
	const errand = { target: server.url, port: grpcPort, key: server.key, count: 2_000, env: { FORMAT } };
	const client = start('otlp', errand);
	await server.hasLines(200);
	await server.restart();
	expect(await client.ended).toBe(0);
	return stored(server.url, server.key);
}

test.each(['http', 'proto'])(
	'exporter %s loses and doubles nothing while the server restarts',
	async (FORMAT) => {
		expectScript(await acrossRestart(FORMAT), { service: 'shop', count: 2_000, inOrder: false });
	}
);

test('exporter grpc never sends again: what was under way at a restart is lost, and nothing is doubled', async () => {
	const numbers = (await acrossRestart('grpc')).map(({ message }) => message.split(' ')[1]);
	expect(new Set(numbers).size).toBe(numbers.length);
});

test.each(['http', 'proto'])('exporter %s sends again what was refused with 429', async (FORMAT) => {
	const tenant = await site.tenant();
	const busy = await refusing(tenant.origin, 2);
	onTestFinished(() => busy.close());
	await run('otlp', { ...errandOf(tenant, { FORMAT }), target: busy.url });
	expect(busy.refused()).toBe(2);
	expectScript(await stored(tenant.origin, tenant.made.key), { service: 'shop', inOrder: false });
});
