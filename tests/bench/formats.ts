import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { compress } from 'snappyjs';
import * as otlp from './otlp.ts';

/** A line of the corpus (corpus.ts), as its NDJSON says it. */
export interface Line {
	time: string;
	level: string;
	service: string;
	host: string;
	message: string;
	trace_id?: string;
	attributes?: Record<string, string | number>;
}

/** A protocol under load: the same lines as in NDJSON, as a client would write them. */
export interface Format {
	name: string;
	contentType: string;
	path: string;
	encode(lines: readonly Line[]): Buffer;
}

export const formats: readonly Format[] = [
	{
		name: 'OTLP protobuf',
		contentType: 'application/x-protobuf',
		path: '/v1/logs',
		encode: (lines) => Buffer.from(otlp.protobuf(lines))
	},
	{
		name: 'OTLP JSON',
		contentType: 'application/json',
		path: '/v1/logs',
		encode: (lines) => Buffer.from(otlp.json(lines))
	},
	{
		name: 'bulk',
		contentType: 'application/x-ndjson',
		path: '/es/_bulk',
		encode: (lines) => Buffer.from(lines.map(bulk).join(''))
	},
	{
		name: 'Loki snappy',
		contentType: 'application/x-protobuf',
		path: '/loki/api/v1/push',
		encode: (lines) => Buffer.from(compress(loki(lines)))
	}
];

function bulk({ time, level, service, host, message, trace_id, attributes }: Line): string {
	const document = {
		'@timestamp': time,
		level,
		message,
		service: { name: service },
		host: { name: host },
		...(trace_id && { trace_id }),
		...attributes
	};
	return `{"create":{"_index":"logs-app-default"}}\n${JSON.stringify(document)}\n`;
}

/** A PushRequest with a stream for each set of labels; what differs from line to line is its metadata. */
function loki(lines: readonly Line[]): Buffer {
	const streams = Map.groupBy(
		lines,
		({ level, service, host }) => `{service_name="${service}", level="${level}", host="${host}"}`
	);
	const writer = new BinaryWriter();
	for (const [labels, own] of streams) {
		writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(labels);
		for (const line of own) addLokiLine(writer, line);
		writer.join();
	}
	return Buffer.from(writer.finish());
}

function addLokiLine(writer: BinaryWriter, { time, message, trace_id, attributes = {} }: Line): void {
	const ms = Date.parse(time);
	writer.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork();
	writer.tag(1, WireType.Varint).int64(Math.floor(ms / 1000));
	writer
		.tag(2, WireType.Varint)
		.int32((ms % 1000) * 1e6)
		.join();
	writer.tag(2, WireType.LengthDelimited).string(message);
	for (const [name, value] of Object.entries({ ...(trace_id && { trace_id }), ...attributes })) {
		writer.tag(3, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(name);
		writer.tag(2, WireType.LengthDelimited).string(String(value)).join();
	}
	writer.join();
}
