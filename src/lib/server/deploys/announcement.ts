import type { NewEntry } from '../../log/entry.ts';
import { Courier, type Watch } from '../outbox/courier.ts';
import { backoff, type Outbox } from '../outbox/delivery.ts';
import type { Deploy } from './deploy.ts';

/** OpenTelemetry severities of a deploy's status changes. */
const severities = { running: 9, succeeded: 9, cancelled: 13, interrupted: 13, failed: 17 };

/**
 * Appends a line to an organization's logs, once for each key; resolves when it is stored, or never can be. Rejects when it
 * must be retried.
 */
export type AppendOnce = (org: string, entry: NewEntry, idempotencyKey: string) => Promise<void>;

/** Waits of 0.5 to 1 s after the first failure and up to a minute after many: the database is away, or full. */
const pace = backoff(1_000, 60_000);
/** Organizations served concurrently. An append answers within seconds, whatever state the database is in. */
const most = 8;
const leaseMs = 15_000;

/** What the deliveries are called in the outbox. */
export const announcementKind = 'announcement';

/**
 * The courier that carries status changes to the logs: in order within an organization, organizations side by side. A
 * delivery's id is the key of the append, so a line is stored once, even if a crash came between its commit and our noting it.
 */
export function courierOf(outbox: Outbox<NewEntry>, append: AppendOnce, watch: Watch): Courier<NewEntry> {
	return new Courier<NewEntry>({
		outbox,
		deliver: ({ id, lane, payload }) => append(lane ?? '', payload, `outbox ${id}`),
		watch,
		most,
		backoff: pace,
		leaseMs
	});
}

/**
 * The log line that announces a deploy's status to its service at a time (epoch ms). `attributes.deploy` makes it a marker that
 * links to the deploy's page.
 */
export function announcement(deploy: Deploy, at: number): NewEntry {
	const { id, status, service, environment, version, commit } = deploy;
	return {
		time: at,
		severity: severities[status],
		service,
		host: null,
		message: `deploy ${nameOf(deploy)} ${whatHappened(deploy)}`,
		attributes: JSON.stringify({ deploy: { id, status, version, environment, commit } }),
		trace_id: null,
		span_id: null
	};
}

function nameOf({ service, version, environment }: Deploy): string {
	return [service, version, environment && `to ${environment}`].filter(Boolean).join(' ');
}

function whatHappened({ status, size, duration_ms, exit_code }: Deploy): string {
	if (status === 'running') return size === 0 ? 'started' : 'continues';
	const after = duration_ms === null ? '' : ` after ${Math.round(duration_ms / 1000)} s`;
	if (status === 'interrupted') return `was interrupted${after}: its sender went silent`;
	return status + after + (status === 'failed' && exit_code !== null ? ` with exit status ${exit_code}` : '');
}
