import type { Entry } from '$log/entry';
import * as printable from '$log/printable';
import type { Line } from '$server/logs/source';
import { ndjson, plain, sse, type Format } from '$server/listener/sse';

const json = ({ json }: Line) => json;

const formats: Record<string, Format<Line>> = {
	'application/x-ndjson': ndjson(json),
	'text/plain': plain(({ entry }) => human(entry))
};
const events = sse(json);

/** The format that a request asks for with `Accept`; server-sent events unless it names another. */
export function formatFor(accept: string | null): Format<Line> {
	const wanted = (accept ?? '').split(',').map((type) => type.split(';', 1)[0]?.trim() ?? '');
	const found = wanted.find((type) => type in formats);
	return (found && formats[found]) || events;
}

/** A line for people, as `curl -N` shows it in a terminal: always one, whatever the message holds. */
function human({ time, level, service, message }: Entry): string {
	return printable.line(time, level.padEnd(5), service, '', message);
}
