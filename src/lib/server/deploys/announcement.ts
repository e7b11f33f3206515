import type { NewEntry } from '../../log/entry.ts';
import type { Deploy } from './deploy.ts';

/** OpenTelemetry severities of what happens to a deploy. */
const severities = { running: 9, succeeded: 9, cancelled: 13, interrupted: 13, failed: 17 };

/**
 * The log line that tells a deploy's service what became of it. `attributes.deploy` makes it a marker that leads to the
 * deploy's page.
 */
export function announcement(deploy: Deploy): NewEntry {
	const { id, status, service, environment, version, commit } = deploy;
	return {
		time: null,
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
	if (status === 'running') return size === 0 ? 'started' : 'goes on';
	const after = duration_ms === null ? '' : ` after ${Math.round(duration_ms / 1000)} s`;
	if (status === 'interrupted') return `was interrupted${after}: no word from its sender`;
	return status + after + (status === 'failed' && exit_code !== null ? ` with exit status ${exit_code}` : '');
}
