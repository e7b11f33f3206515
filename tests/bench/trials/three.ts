// The same ingest and the same viewers with one server and with three, which share one PostgreSQL and these cores.
import { rm } from 'node:fs/promises';
import * as embedded from '../../../src/lib/server/postgres/embedded.ts';
import { makeDataDir } from '../../support/server/cluster.ts';
import { startServer, type Server } from '../../support/server/server.ts';
import { cpu, postmasterOf } from '../cpu.ts';
import { Crowd, type Load } from '../crowd.ts';
import type { Addressee } from '../flood.ts';
import { floodAside } from '../flood-aside.ts';
import { count, ms, spread } from '../format.ts';
import { byTurns, middle, ratio, type Pairs } from '../pairs.ts';
import { seconds, say, trial, type Defer, type Measure } from '../trial.ts';

const servers = 3;
const viewers = 300;
/** Rounds with one server and with three. */
const pairs = 12;
const most = 1.15;
const live: Load = { linesPerSecond: 20, batch: 1, seconds: seconds(4) };
const ingestFor = seconds(3);

await trial(async (defer) => {
	const { urls, key, processes } = await place(defer);
	const [first = ''] = urls;
	const fleets = [
		{ url: first, key },
		{ url: urls, key }
	] as const;
	await floodAside(fleets[1], seconds(20)); // until V8 has compiled the work in all their threads
	const ingested = await byTurns(pairs, (kind) => ingest(fleets[kind], processes));
	await watch(fleets[1], processes);
	const watched = await byTurns(pairs, (kind) => watch(fleets[kind], processes));
	return [...compareIngest(ingested), ...compareLive(watched)];
});

/** Servers on a PostgreSQL that belongs to none of them, with one organization. */
async function place(defer: Defer): Promise<{ urls: string[]; key: string; processes: number[] }> {
	const dataDir = await makeDataDir('bench');
	defer(() => rm(dataDir, { recursive: true }));
	const { url, stop } = await embedded.start(dataDir, {
		info() {},
		warn: console.warn,
		error: console.error
	});
	defer(stop);
	const started: Server[] = [];
	while (started.length < servers) {
		const server = await startServer({ env: { DATABASE_URL: url } });
		defer(() => server.stop());
		started.push(server);
	}
	const { key } = await (started[0] as Server).bootstrap();
	const processes = [postmasterOf(dataDir), ...started.map(({ pid }) => pid)];
	return { urls: started.map((server) => server.url), key, processes };
}

interface Ingested {
	/** Lines each second. */
	rate: number;
	/** What servers and PostgreSQL took for 1,000 lines, in ms on a core. */
	cpuMs: number;
}

async function ingest(addressee: Addressee, processes: readonly number[]): Promise<Ingested> {
	const taken = cpu(processes);
	const rate = await floodAside(addressee, ingestFor);
	const cpuMs = (1e6 * taken()) / (rate * ingestFor);
	say(`${sizeOf(addressee)}: ${count(rate)} lines/s, ${ms(cpuMs)} of CPU for 1,000 lines`);
	return { rate, cpuMs };
}

interface Watched {
	/** From sending a request to its line at the viewers, in ms. */
	p50: number;
	p99: number;
	/** Of servers and PostgreSQL meanwhile. */
	cores: number;
	/** Whether every line came to every viewer. */
	whole: boolean;
}

async function watch(addressee: Addressee, processes: readonly number[]): Promise<Watched> {
	const crowd = await Crowd.open(addressee, viewers);
	const taken = cpu(processes);
	const { delays, whole } = await crowd.run(live).finally(() => crowd.close());
	const cores = taken() / live.seconds;
	say(
		`${sizeOf(addressee)}: ${spread(delays)}${whole ? '' : ', NOT all delivered'}, ${cores.toFixed(2)} of a core`
	);
	return { p50: delays.quantile(0.5), p99: delays.quantile(0.99), cores, whole };
}

function sizeOf({ url }: Addressee): number {
	return [url].flat().length;
}

function compareIngest(rounds: Pairs<Ingested>): Measure[] {
	return [
		row('ingest by three, time for 1,000 lines', rounds, ({ rate }) => 1e6 / rate, ms),
		row('CPU of all for 1,000 lines', rounds, ({ cpuMs }) => cpuMs, ms)
	];
}

function compareLive(rounds: Pairs<Watched>): Measure[] {
	const measures = [
		row('request → viewers of three, p50', rounds, ({ p50 }) => p50, ms),
		row('the same, p99', rounds, ({ p99 }) => p99, ms)
	];
	const whole = rounds.flat().every((round) => round.whole);
	const cores = row(
		'cores of all meanwhile',
		rounds,
		({ cores }) => cores,
		(value) => value.toFixed(2)
	);
	return [
		...measures.map((measure) => ({ ...measure, ok: measure.ok && whole })),
		{ ...cores, must: 'reported', ok: true }
	];
}

function row<Round>(
	what: string,
	rounds: Pairs<Round>,
	of: (round: Round) => number,
	shown: (value: number) => string
): Measure {
	const times = ratio(rounds, of);
	const [one = '', three = ''] = rounds.map((ones) => shown(middle(ones.map(of))));
	return {
		what,
		measured: `${three}, ${times.toFixed(2)} × one`,
		must: `≤ ${most} × one`,
		floor: `one: ${one}`,
		ok: times <= most
	};
}
