import { line } from '$log/plain';
import type { Line } from '$server/logs/source';
import { ndjson, plain, sse } from '$server/stream/sse';
import type { Format } from '$server/tail/format';

const json = ({ json }: Line) => json;

const formats: Record<string, Format<Line>> = {
	'application/x-ndjson': ndjson(json),
	'text/plain': plain(({ entry }) => line(entry))
};
const events = sse(json);

/** The format that a request asks for with `Accept`; server-sent events unless it names another. */
export function formatFor(accept: string | null): Format<Line> {
	const wanted = (accept ?? '').split(',').map((type) => type.split(';', 1)[0]?.trim() ?? '');
	const found = wanted.find((type) => type in formats);
	return (found && formats[found]) || events;
}
