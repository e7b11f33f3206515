/** How the state of a deploy is told: in its pill, in the title of its page and by the icon of the tab. */
import type { Deploy, Status } from '../log/deploy.ts';

interface Outcome {
	sign: string;
	name: string;
	/** After the name of the service. */
	says: string;
}

const outcomes: Record<Status, Outcome> = {
	running: { sign: '●', name: 'Running', says: 'deploying' },
	succeeded: { sign: '✓', name: 'Succeeded', says: 'succeeded' },
	failed: { sign: '✕', name: 'Failed', says: 'failed' },
	cancelled: { sign: '–', name: 'Cancelled', says: 'cancelled' },
	interrupted: { sign: '⚠', name: 'Interrupted', says: 'interrupted' }
};

export function of(status: Status): Outcome {
	return outcomes[status];
}

/** `✕ web failed` */
export function title({ service, status }: Pick<Deploy, 'service' | 'status'>): string {
	const { sign, says } = outcomes[status];
	return `${sign} ${service} ${says}`;
}

/** How long it took, or has taken by `now` (the server's clock), in milliseconds; of one interrupted, until it was last heard of. */
export function elapsed(deploy: Deploy, now: number): number {
	const start = Date.parse(deploy.started_at);
	if (deploy.status === 'running') return Math.max(0, now - start);
	return Date.parse(deploy.finished_at ?? deploy.last_append_at) - start;
}
