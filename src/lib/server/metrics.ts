import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets from half a millisecond to ten seconds. */
const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const lines = [1, 10, 100, 1_000, 10_000];

/** What `/metrics` shows (Prometheus text format), and where the parts report it. */
export function metrics(gauges: { queueBytes(): number; streams(): number }) {
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
		read: (ms: number) => readSeconds.observe(ms / 1000),
		woken: () => wakeUps.inc(),
		missed: (count: number) => missedWakeUps.inc(count)
	};
}

export type Metrics = ReturnType<typeof metrics>;
