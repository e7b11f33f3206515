import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets from half a millisecond to ten seconds. */
const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const lines = [1, 10, 100, 1_000, 10_000];

/** Time limit for counting the outboxes, in ms. */
const patience = 1_000;

interface Gauges {
	queueBytes(): number;
	streams(): number;
	/** How many deliveries are waiting, by kind. Rejects while they cannot be counted. */
	outbox(): Promise<Record<string, number>>;
	/** Chunks and lines that wait to be sealed, and since when. */
	unsealed(): { chunks: number; lines: number; seconds: number };
	sockets(): Sockets;
}

/** What the listeners of sockets have taken and dropped. */
interface Sockets {
	waiting: number;
	reports(): {
		listener: { protocol: string };
		address: string;
		taken: number;
		connections: number;
		dropped: ReadonlyMap<string, number>;
	}[];
}

/** The content of `/metrics` (Prometheus text format), and where the parts report it. */
export function metrics(gauges: Gauges) {
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry });
	const counter = (name: string, help: string) => new Counter({ name: `tailrace_${name}`, help, registers });
	const histogram = (name: string, help: string, buckets: number[]) =>
		new Histogram({ name: `tailrace_${name}`, help, buckets, registers });
	const gauge = (name: string, help: string, read: () => number) =>
		new Gauge({
			name: `tailrace_${name}`,
			help,
			registers,
			collect() {
				this.set(read());
			}
		});

	gauge('queue_bytes', 'Bytes of requests waiting for their commit', gauges.queueBytes);
	gauge('streams', 'Open streams', gauges.streams);
	gauge('fresh_chunks', 'Chunks of log lines that wait to be sealed', () => gauges.unsealed().chunks);
	gauge('fresh_lines', 'Log lines that wait to be sealed', () => gauges.unsealed().lines);
	gauge('fresh_seconds', 'Age of the oldest chunk that waits to be sealed', () => gauges.unsealed().seconds);
	sockets(registers, gauges.sockets);
	const rewritten = counter('lines_rewritten_total', 'Log lines merged into a larger chunk');
	let lineCount = 0;
	const linesIn = counter('lines_in_total', 'Log lines committed');
	const commits = counter('commits_total', 'Ingest transactions committed');
	const commitLines = histogram('commit_lines', 'Lines of one ingest transaction', lines);
	const commitSeconds = histogram(
		'commit_seconds',
		'From the start of an ingest transaction to its commit',
		seconds
	);
	const linesOut = counter('lines_out_total', 'Log lines written to streams');
	const skipped = counter('lines_skipped_total', 'Log lines skipped for readers with a window');
	const wakeUps = counter('wake_ups_total', 'Notifications received');
	const missedWakeUps = counter('missed_wake_ups_total', 'Heads that had moved without a notification');
	const readSeconds = histogram('read_seconds', 'One read after a cursor', seconds);

	return {
		registry,
		/** Log lines committed since the start. */
		linesIn: () => lineCount,
		/** After each ingest transaction: lines, and ms from its start to its commit. */
		committed(count: number, ms: number) {
			commits.inc();
			linesIn.inc(count);
			lineCount += count;
			commitLines.observe(count);
			commitSeconds.observe(ms / 1000);
		},
		sent(out: number, left: number) {
			linesOut.inc(out);
			skipped.inc(left);
		},
		...outboxes(registers, gauges.outbox),
		/** After each merge: the chunks that became one, and their lines. */
		sealed: (_chunks: number, lines: number) => rewritten.inc(lines),
		read: (ms: number) => readSeconds.observe(ms / 1000),
		woken: () => wakeUps.inc(),
		missed: (count: number) => missedWakeUps.inc(count)
	};
}

/** Read from the listeners when they are asked for. */
function sockets(registers: Registry[], read: Gauges['sockets']): void {
	const labelNames = ['protocol', 'listener'];
	const reports = () =>
		read()
			.reports()
			.map((report) => ({
				...report,
				labels: { protocol: report.listener.protocol, listener: report.address }
			}));
	new Gauge({
		name: 'tailrace_socket_waiting_bytes',
		help: 'Bytes of lines from sockets that wait to be stored',
		registers,
		collect() {
			this.set(read().waiting);
		}
	});
	new Gauge({
		name: 'tailrace_socket_connections',
		help: 'Open connections of listeners',
		labelNames,
		registers,
		collect() {
			for (const { labels, connections } of reports()) this.set(labels, connections);
		}
	});
	new Counter({
		name: 'tailrace_socket_lines_total',
		help: 'Log lines committed that came over sockets',
		labelNames,
		registers,
		collect() {
			this.reset();
			for (const { labels, taken } of reports()) this.inc(labels, taken);
		}
	});
	new Counter({
		name: 'tailrace_socket_dropped_total',
		help: 'What listeners dropped, by reason',
		labelNames: [...labelNames, 'reason'],
		registers,
		collect() {
			this.reset();
			for (const { labels, dropped } of reports())
				for (const [reason, count] of dropped) this.inc({ ...labels, reason }, count);
		}
	});
}

/** What waits in the outboxes, while that can be counted, and what happened to the rest. */
function outboxes(registers: Registry[], sizes: Gauges['outbox']) {
	const labelNames = ['kind'];
	new Gauge({
		name: 'tailrace_outbox_waiting',
		help: 'Deliveries waiting in an outbox',
		labelNames,
		registers,
		async collect() {
			this.reset(); // no number is better than an old one
			for (const [kind, size] of Object.entries(await inTime(sizes()))) this.set({ kind }, size);
		}
	});
	const counter = (name: string, help: string) => {
		const counted = new Counter({ name: `tailrace_outbox_${name}_total`, help, labelNames, registers });
		return (kind: string) => counted.inc({ kind });
	};
	return {
		delivered: counter('delivered', 'Deliveries made'),
		postponed: counter('postponed', 'Failed tries that are repeated'),
		dropped: counter('dropped', 'Deliveries given up')
	};
}

/** The numbers, or none if the database is slow: the other metrics do not wait for it. */
function inTime(numbers: Promise<Record<string, number>>): Promise<Record<string, number>> {
	const late = sleep(patience, {}, { ref: false });
	return Promise.race([numbers.catch(() => ({})), late]); // the code that needs it logs why not
}

export type Metrics = ReturnType<typeof metrics>;
