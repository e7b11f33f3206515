// What wake-ups cost PostgreSQL with 1, 4 and 16 servers that listen, and whether full ingest feels them.
import { topicOf } from '../../../src/lib/server/logs/source.ts';
import { connect } from '../../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../../src/lib/server/postgres/embedded.ts';
import { Cell, type Load } from '../bus-cell.ts';
import { BusFleet } from '../bus-fleet.ts';
import { Commits } from '../commits.ts';
import { cpu, postmasterOf } from '../cpu.ts';
import { floodAside } from '../flood-aside.ts';
import { count } from '../format.ts';
import { byTurns, middle, ratio, type Pairs } from '../pairs.ts';
import { product } from '../targets.ts';
import { say, seconds, trial, type Measure } from '../trial.ts';

const fleets = [1, 4, 16];
const organizations = 16;
const rates = [100, 400, 1_600];
const rounds = 2;
/** Rounds of full ingest, with one server and with 16 that listen. */
const pairs = 10;
const most = 1.1;

await trial(async (defer) => {
	const target = await product(defer);
	const { dataDir } = target.server;
	const url = await embedded.connectUrl(dataDir);
	if (url === null) throw new Error('the embedded PostgreSQL does not run');
	const postmaster = postmasterOf(dataDir);
	const sql = connect(url, { max: organizations, name: 'tailrace bench' });
	defer(() => sql.end({ timeout: 1 }));
	const commits = await Commits.open(sql, organizations);
	const topics = [...commits.orgs, target.account.org.id].map(topicOf);
	const fleet = new BusFleet(defer, url, topics, Math.max(...fleets));
	await commits.run(400, organizations, 2);

	const cells = loads().map((load) => new Cell(load));
	for (let round = 0; round < rounds; round++)
		for (const cell of cells) await cell.run(commits, fleet, postmaster, seconds(3));
	const curve = cells.map((cell) => reported(cell));
	await floodAside(target, 2);
	return [...curve, ...compare(await byTurns(pairs, ingest))];

	/** Full ingest by one server, while others listen to what it commits. */
	async function ingest(kind: 0 | 1): Promise<Ingest> {
		await fleet.listen(kind === 0 ? 1 : 16);
		const [ofAll, ofPostgres] = [cpu([postmaster, target.server.pid]), cpu([postmaster])];
		const rate = await floodAside(target, seconds(4));
		const thousands = (rate * seconds(4)) / 1000;
		const round = { rate, all: ofAll() / thousands, postgres: ofPostgres() / thousands };
		say(`full ingest, ${kind === 0 ? 1 : 16} listen: ${describe(round)}`);
		return round;
	}
});

interface Ingest {
	/** Lines each second. */
	rate: number;
	/** Seconds on a core for 1,000 lines: of the server and PostgreSQL, and of PostgreSQL alone. */
	all: number;
	postgres: number;
}

function describe({ rate, all, postgres }: Ingest): string {
	const [whole, part] = [all, postgres].map((seconds) => `${(1000 * seconds).toFixed(2)} ms`);
	return `${count(rate)} lines/s, ${whole} of CPU for 1,000 lines, ${part} of it PostgreSQL's`;
}

function compare(rounds: Pairs<Ingest>): Measure[] {
	const [one, all] = rounds.map((ones) => ({
		rate: middle(ones.map(({ rate }) => rate)),
		all: middle(ones.map(({ all }) => all)),
		postgres: middle(ones.map(({ postgres }) => postgres))
	})) as [Ingest, Ingest];
	const slower = 1 / ratio(rounds, ({ rate }) => rate);
	const dearer = all.all / one.all;
	return [
		{
			what: 'full ingest by one server, 16 listen',
			measured: `${describe(all)}: time ${slower.toFixed(2)} ×, CPU ${dearer.toFixed(2)} ×`,
			must: `≤ ${most} × both`,
			floor: `1 listens: ${describe(one)}`,
			ok: slower <= most && dearer <= most
		}
	];
}

/** Servers that only listen, at rising rates; then with a viewer on each of the busiest organization. */
function loads(): Load[] {
	const listening = rates.flatMap((perSecond) =>
		fleets.map((servers) => ({ servers, reads: false, organizations, perSecond }))
	);
	const watched = fleets.map((servers) => ({ servers, reads: true, organizations: 1, perSecond: 1_600 }));
	return [...listening, ...watched];
}

function reported(cell: Cell): Measure {
	const { servers, reads, organizations, perSecond } = cell.load;
	say(`${servers} ${reads ? 'watch' : 'listen'}, ${perSecond}/s: ${String(cell)}`);
	return {
		what: `${count(perSecond)} commits/s to ${organizations}, ${servers} ${reads ? 'watch' : 'listen'}`,
		measured: String(cell),
		must: 'reported',
		floor: '',
		ok: true
	};
}
