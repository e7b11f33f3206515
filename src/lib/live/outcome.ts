/** How a deploy's state is shown: in its pill, in the title of its page and in the tab's icon. */
import type { Deploy, Status } from '../log/deploy.ts';
import * as stretch from './duration.ts';

interface ShownStatus {
	sign: string;
	name: string;
	/** Follows the name of the service. */
	says: string;
}

const outcomes: Record<Status, ShownStatus> = {
	running: { sign: '●', name: 'Running', says: 'deploying' },
	succeeded: { sign: '✓', name: 'Succeeded', says: 'succeeded' },
	failed: { sign: '✕', name: 'Failed', says: 'failed' },
	cancelled: { sign: '–', name: 'Cancelled', says: 'cancelled' },
	interrupted: { sign: '⚠', name: 'Interrupted', says: 'interrupted' }
};

export function of(status: Status): ShownStatus {
	return outcomes[status];
}

/** `✕ web failed` */
export function title({ service, status }: Pick<Deploy, 'service' | 'status'>): string {
	const { sign, says } = outcomes[status];
	return `${sign} ${service} ${says}`;
}

/** `Failed (exit 2)` */
export function status({ status, exit_code: code }: Pick<Deploy, 'status' | 'exit_code'>): string {
	const { name } = outcomes[status];
	return status === 'failed' && code !== null ? `${name} (exit ${code})` : name;
}

/** How long it took: `0.8 s`, `1:47`; while it runs, so far, like a clock. */
export function duration(deploy: Deploy, now: number): string {
	const ms = elapsed(deploy, now);
	return deploy.status === 'running' ? stretch.clock(ms) : stretch.took(ms);
}

/**
 * How long it took, or has taken by `now` (the server's clock), in milliseconds; if interrupted, until it was last heard of.
 */
export function elapsed(deploy: Deploy, now: number): number {
	const start = Date.parse(deploy.started_at);
	if (deploy.status === 'running') return Math.max(0, now - start);
	return Date.parse(deploy.finished_at ?? deploy.last_append_at) - start;
}
