import { expect, onTestFinished, test, vi } from 'vitest';
import { bearer, expectWhole, headOf } from '../support/server/calls.ts';
import { Sender } from '../support/logs/sender.ts';
import type { Server } from '../support/server/server.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { inTurn, oneServer, threeServers, type Scene } from '../support/server/broken-scene.ts';

vi.setConfig({ testTimeout: 120_000 }); // five seconds each, unless the machine has much else to do

type Fault = 'cutListeners' | 'killPostgres' | 'killServer';

/** Each fault happens this often, the second time to what has come back from the first. */
const times = 2;
/** Within this many ms of its acknowledgement a line is with every viewer: the safety check (15 s) does not count. */
const promptly = 5_000;
/** How long a viewer stays with one server before it goes to the next, in ms. */
const stay = 300;

/** 200 lines a second; half of them are given up when they are not acknowledged, half are sent until they are. */
function startSenders(servers: readonly Server[], key: string): Sender[] {
	return (['never', 'same key'] as const).map((again, index) => {
		// With several servers one that is never killed takes the lines that are given up, all of them the others in turn.
		const origin = index === 0 ? () => (servers.at(-1) as Server).url : inTurn(servers);
		return new Sender({ origin, headers: bearer(key), name: `${again}:`, perSecond: 100, again });
	});
}

function open(origin: () => string, key: string): Viewer {
	const viewer = new Viewer({ origin, headers: bearer(key) });
	onTestFinished(() => viewer.close());
	return viewer;
}

/** Goes to the next server at each connection, and makes a new one again and again. */
function alternate({ servers }: Scene, key: string): Viewer {
	const viewer = open(inTurn(servers), key);
	const hopping = setInterval(() => viewer.open && viewer.hop(), stay);
	onTestFinished(() => clearInterval(hopping));
	return viewer;
}

/** Lines flow, the faults happen, and every viewer must have all that was promised. */
async function endure(
	scene: Scene,
	key: string,
	viewers: readonly Viewer[],
	fault: Fault
): Promise<Sender[]> {
	const senders = startSenders(scene.servers, key);
	for (let time = 0; time < times; time++) {
		await Promise.all(senders.map((sender) => sender.acknowledges(20)));
		await scene[fault]();
		const seqs = await Promise.all(senders.map((sender) => sender.acknowledges(100)));
		await Promise.all(viewers.map((viewer) => viewer.reaches(Math.max(...seqs), promptly)));
	}
	await Promise.all(senders.map((sender) => sender.stop()));
	const head = await headOf((scene.servers[0] as Server).url, key);
	for (const viewer of viewers) expectWhole(await viewer.reaches(head), senders, head);
	return senders;
}

const failures = (senders: readonly Sender[]) =>
	[...new Set(senders.flatMap(({ statuses }) => [...statuses.keys()]))].filter((status) => status !== 200);

const faults: { what: string; fault: Fault; failed: number[] }[] = [
	{ what: 'the connection that listens is cut', fault: 'cutListeners', failed: [] },
	{ what: 'PostgreSQL is killed', fault: 'killPostgres', failed: [503] },
	{ what: 'a server is killed', fault: 'killServer', failed: [0] }
];

// Its listener is cut in the same way whatever other servers there are.
test.each(faults.filter(({ fault }) => fault !== 'cutListeners'))(
	'when $what, and it is the only one, a viewer has every acknowledged line once and in order',
	async ({ fault, failed }) => {
		const scene = await oneServer();
		const [server] = scene.servers as [Server];
		const { key } = await server.bootstrap();
		const viewers = Array.from({ length: 3 }, () => open(() => server.url, key));
		const senders = await endure(scene, key, viewers, fault);
		expect(failures(senders)).toEqual(failed);
	}
);

test.each(faults)(
	'when $what, a viewer that goes to the next of three servers has every acknowledged line once and in order',
	async ({ fault, failed }) => {
		const scene = await threeServers();
		const { key } = await (scene.servers[0] as Server).bootstrap();
		const faithful = open(() => (scene.servers[2] as Server).url, key);
		const atEachReconnect = open(inTurn(scene.servers), key);
		const viewers = [faithful, atEachReconnect, alternate(scene, key), alternate(scene, key)];
		const senders = await endure(scene, key, viewers, fault);
		expect(failures(senders)).toEqual(failed);
	}
);
