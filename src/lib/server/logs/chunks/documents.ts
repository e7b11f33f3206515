import { CorruptChunk } from './bytes.ts';
import type { ChunkLine } from './line.ts';

/** A line in format 0. What it leaves out is null, or `{}`; what SQL writes (append_logs) looks the same. */
interface Document {
	time: number;
	severity: number;
	service: string;
	host?: string | null;
	message: string;
	/** JSON as text, so that reading it changes no number. */
	attributes?: string;
	trace_id?: string | null;
	span_id?: string | null;
}

/** Lines as format 0: one JSON array in UTF-8. All were received at the time of the chunk. */
export function encode(lines: readonly ChunkLine[]): Buffer {
	return Buffer.from(JSON.stringify(lines.map(documentOf)));
}

function documentOf(line: ChunkLine): Document {
	const { time, severity, service, host, message, attributes, trace_id, span_id } = line;
	return {
		time,
		severity,
		service,
		...(host !== null && { host }),
		message,
		...(attributes !== '{}' && { attributes }),
		...(trace_id !== null && { trace_id }),
		...(span_id !== null && { span_id })
	};
}

/** The lines of format 0, received at `receivedAt` (epoch ms). @throws CorruptChunk */
export function decode(head: Buffer, receivedAt: number): ChunkLine[] {
	return parse(head).map((document) => ({
		time: document.time,
		received_at: receivedAt,
		severity: document.severity,
		service: document.service,
		host: document.host ?? null,
		message: document.message,
		attributes: document.attributes ?? '{}',
		trace_id: document.trace_id ?? null,
		span_id: document.span_id ?? null
	}));
}

function parse(head: Buffer): Document[] {
	try {
		return JSON.parse(head.toString('utf8')) as Document[];
	} catch (error) {
		throw new CorruptChunk('is not JSON', { cause: error });
	}
}
