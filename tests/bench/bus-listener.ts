// The program of bus-fleet.ts: buses and tails as servers have them, each with connections of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { bus } from '../../src/lib/server/bus/bus.ts';
import { PostgresBridge } from '../../src/lib/server/bus/postgres.ts';
import { logSource, orgOf, type Line } from '../../src/lib/server/logs/source.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { sse } from '../../src/lib/server/stream/sse.ts';
import type { Sink } from '../../src/lib/server/tail/sink.ts';
import { Tails } from '../../src/lib/server/tail/tails.ts';
import type { Order, Sighting } from './bus-fleet.ts';
import { sharedNow } from './clock.ts';

const [url = '', most = '', ...topics] = process.argv.slice(2);
const log = pino({ level: 'warn' }, pino.destination(2));
const view = { key: '', matches: () => true, format: sse(({ json }: Line) => json), window: null };
/** A reader that takes everything at once. */
const sink: Sink = {
	writable: () => true,
	empty: () => true,
	drained: () => Promise.resolve(),
	write() {},
	close() {},
	closed: () => false
};
let seen: Sighting[] = [];
const fleet = Array.from({ length: Number(most) }, (_, instance) => start(instance));

process.on('message', (order: Order | 'report') => void obey(order).then((said) => process.send?.(said)));
process.on('disconnect', () => process.exit());

async function obey(order: Order | 'report'): Promise<Sighting[]> {
	if (order === 'report') return seen;
	const { servers, reads } = order;
	await Promise.all(fleet.map((listen, instance) => listen(instance < servers, reads)));
	return (seen = []);
}

/** One server's bus; what is returned has it listen to all topics or to none. */
function start(instance: number) {
	const wakes = bus({ listen: (topic) => bridge.listen(topic), unlisten: (topic) => bridge.unlisten(topic) });
	const bridge = new PostgresBridge(url, { wake: (topic) => wakes.wake(topic), log });
	const store = logStore(connect(url, { max: 1, name: 'tailrace tail' }));
	const failed = (error: unknown) => log.error({ err: error }, 'a read failed');
	const sourceOf = (topic: string) => logSource(store, orgOf(topic), () => {});
	const tails = new Tails<Line>(wakes, sourceOf, { sent() {}, failed });
	let ends: (() => void)[] = [];

	async function join(name: string, topic: number, reads: boolean): Promise<() => void> {
		const see = (seq: number | null) => void seen.push({ instance, topic, seq, at: sharedNow() });
		return reads ? tails.join(name, view, sink, null, see) : wakes.subscribe(name, () => see(null));
	}

	return async (listens: boolean, reads: boolean): Promise<void> => {
		for (const end of ends.splice(0)) end();
		if (listens) ends = await Promise.all(topics.map((name, topic) => join(name, topic, reads)));
		while (!bridge.listening) await sleep(5);
	};
}
