import { error, isHttpError } from '@sveltejs/kit';
import * as auditExport from '$server/audit/export';
import { streamed } from '../../streamed';
import type { ListedEvent } from '$server/audit/events';

interface Exported {
	batches: AsyncIterable<ListedEvent[]>;
	/** What the file is named after. */
	name: string;
	/** Whether each event names its organization. */
	withOrg?: boolean;
	/** Called before each further batch: throws when the reader may no longer see it, and the download is cut off. */
	goOn(): Promise<unknown>;
	/** Told why a download was cut off, if we are at fault: its status was sent long before. */
	failed(error: unknown): void;
}

/** The format that a URL asks for; CSV by default. */
export function formatOf(url: URL): auditExport.Format {
	const asked = url.searchParams.get('format') || 'csv';
	const format = auditExport.formats.find((name) => name === asked);
	return format ?? error(400, 'Choose the format csv or ndjson.');
}

/** A download of events, read only as fast as it is taken. */
export function exported(
	format: auditExport.Format,
	{ batches, name, withOrg, goOn, failed }: Exported
): Response {
	const pieces = auditExport.write(batches, format, { withOrg: withOrg ?? false, goOn });
	const body = streamed(pieces, (error) => {
		if (!isHttpError(error)) failed(error);
	});
	const file = `audit-${name}-${new Date().toISOString().slice(0, 10)}.${format}`;
	return new Response(body, {
		headers: {
			'content-type': auditExport.contentTypes[format],
			'content-disposition': `attachment; filename="${file}"`
		}
	});
}
