import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets from half a millisecond to ten seconds. */
const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const lines = [1, 10, 100, 1_000, 10_000];

interface Gauges {
	queueBytes(): number;
	streams(): number;
	/** How many deliveries wait, by kind. Rejects while they cannot be counted. */
	outbox(): Promise<Record<string, number>>;
}

/** What `/metrics` shows (Prometheus text format), and where the parts report it. */
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

	gauge('queue_bytes', 'Bytes of requests that wait for their commit', gauges.queueBytes);
	gauge('streams', 'Open streams', gauges.streams);
	new Gauge({
		name: 'tailrace_outbox_waiting',
		help: 'Deliveries that wait in an outbox',
		labelNames: ['kind'],
		registers,
		async collect() {
			this.reset();
			const sizes = await gauges.outbox().catch(() => ({})); // away: no number is better than an old one
			for (const [kind, size] of Object.entries(sizes)) this.set({ kind }, size);
		}
	});
	const byKind = (name: string, help: string) =>
		new Counter({ name: `tailrace_outbox_${name}`, help, labelNames: ['kind'], registers });
	const delivered = byKind('delivered_total', 'Deliveries made');
	const postponed = byKind('postponed_total', 'Tries that failed and are repeated');
	const dropped = byKind('dropped_total', 'Deliveries given up');
	const linesIn = counter('lines_in_total', 'Log lines committed');
	const commits = counter('commits_total', 'Ingest transactions committed');
	const commitLines = histogram('commit_lines', 'Lines of one ingest transaction', lines);
	const commitSeconds = histogram(
		'commit_seconds',
		'From the start of an ingest transaction to its commit',
		seconds
	);
	const linesOut = counter('lines_out_total', 'Log lines written to streams');
	const skipped = counter('lines_skipped_total', 'Log lines left out for readers with a window');
	const wakeUps = counter('wake_ups_total', 'Notifications received');
	const missedWakeUps = counter('missed_wake_ups_total', 'Heads that had moved without a notification');
	const readSeconds = histogram('read_seconds', 'One read after a cursor', seconds);

	return {
		registry,
		/** After each ingest transaction: lines, and ms from its start to its commit. */
		committed(count: number, ms: number) {
			commits.inc();
			linesIn.inc(count);
			commitLines.observe(count);
			commitSeconds.observe(ms / 1000);
		},
		sent(out: number, left: number) {
			linesOut.inc(out);
			skipped.inc(left);
		},
		delivered: (kind: string) => delivered.inc({ kind }),
		postponed: (kind: string) => postponed.inc({ kind }),
		dropped: (kind: string) => dropped.inc({ kind }),
		read: (ms: number) => readSeconds.observe(ms / 1000),
		woken: () => wakeUps.inc(),
		missed: (count: number) => missedWakeUps.inc(count)
	};
}

export type Metrics = ReturnType<typeof metrics>;
