import { row } from '../lists/csv.ts';
import * as printable from '../../log/printable.ts';
import { describe } from './details.ts';
import type { InstanceEvent, ListedEvent } from './events.ts';

export const formats = ['csv', 'ndjson'] as const;
export type Format = (typeof formats)[number];

export const contentTypes: Record<Format, string> = {
	csv: 'text/csv; charset=utf-8; header=present',
	ndjson: 'application/x-ndjson'
};

type Exported = ListedEvent & Partial<Pick<InstanceEvent, 'org' | 'orgId'>>;

/** An export, written as fast as its reader takes it. `goOn` is called before each batch but the first: throwing ends it. */
export async function* write(
	batches: AsyncIterable<Exported[]>,
	format: Format,
	{ withOrg = false, goOn }: { withOrg?: boolean; goOn(): Promise<unknown> }
): AsyncGenerator<Uint8Array, void> {
	const encoder = new TextEncoder();
	if (format === 'csv') yield encoder.encode(row(withOrg ? [...columns, ...columnsOfOrg] : columns));
	let isFirst = true;
	for await (const events of batches) {
		if (!isFirst) await goOn();
		isFirst = false;
		const lines = events.map((event) =>
			format === 'csv' ? csvOf(event, withOrg) : ndjsonOf(event, withOrg)
		);
		if (lines.length > 0) yield encoder.encode(lines.join(''));
	}
}

const columns = ['time', 'actor', 'action', 'target', 'details', 'address', 'actor_id'];
const columnsOfOrg = ['organization', 'organization_id'];

function csvOf(event: Exported, withOrg: boolean): string {
	const { at, actor, action, target, details, address, actorId } = event;
	const cells = [at.toISOString(), actor, action, target, describe(details).join('; '), address, actorId];
	return row(withOrg ? [...cells, ...Object.values(orgOf(event))] : cells);
}

function ndjsonOf(event: Exported, withOrg: boolean): string {
	const { id, at, actor, actorId, action, target, details, address } = event;
	const own = { id, time: at.toISOString(), actor, actor_id: actorId, action, target, details, address };
	return `${printable.json(withOrg ? { ...own, ...orgOf(event) } : own)}\n`;
}

/** Slugs get reused, ids do not. */
const orgOf = ({ org, orgId }: Exported) => ({
	organization: org?.slug ?? null,
	organization_id: orgId ?? null
});
