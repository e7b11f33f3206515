import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished, expect, test, vi } from 'vitest';
import { connect } from '../postgres/connect.ts';
import { Probe } from './probe.ts';
import * as readiness from './readiness.ts';

/** A port on which `met` decides what happens to a connection. */
async function databaseAt(met: (socket: Socket) => void) {
	const server = createServer(met).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const probe = new Probe(() => connect(`postgres://nobody:nothing@127.0.0.1:${port}/none`, { max: 1 }));
	onTestFinished(async () => {
		await probe.end({ timeout: 0 });
		server.close();
	});
	return probe;
}

const roomy = { isFull: false };
const away = 'PostgreSQL does not answer.';

test.concurrent('a PostgreSQL that hangs up is away', async () => {
	const probe = await databaseAt((socket) => socket.destroy());
	expect(await readiness.faults(probe, { connected: true }, roomy)).toEqual([away]);
});

test('a PostgreSQL that says nothing counts as away after two seconds', async () => {
	const sockets: Socket[] = [];
	const probe = await databaseAt((socket) => void sockets.push(socket));
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	onTestFinished(() => void vi.useRealTimers());
	let found: string[] | undefined;
	const asked = readiness.faults(probe, { connected: true }, roomy).then((faults) => (found = faults));
	await vi.advanceTimersByTimeAsync(1_999);
	expect(found).toBeUndefined();
	await vi.advanceTimersByTimeAsync(1);
	expect(await asked).toEqual([away]);
	vi.useRealTimers();
	sockets.forEach((socket) => socket.destroy());
});

test.concurrent('every fault is named, not only the first', async () => {
	const probe = await databaseAt((socket) => socket.destroy());
	expect(await readiness.faults(probe, { connected: false }, { isFull: true })).toEqual([
		away,
		'The listener is not connected to PostgreSQL.',
		'The disk is full.'
	]);
});
