// Lines of the corpus as OTLP, as the exporters of OpenTelemetry's SDKs write them: a resource for each service and host.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Line } from './formats.ts';

/** SeverityNumber: opentelemetry-proto, logs/v1/logs.proto. */
const severities: Record<string, number> = { debug: 5, info: 9, warn: 13, error: 17 };

type Attributes = Record<string, string | number>;

const nanosOf = ({ time }: Line) => BigInt(Date.parse(time)) * 1_000_000n;

function* resources(lines: readonly Line[]): Generator<{ attributes: Attributes; own: Line[] }> {
	for (const [first, ...others] of Map.groupBy(lines, ({ service, host }) => `${service} ${host}`).values()) {
		if (!first) continue;
		const attributes = { 'service.name': first.service, 'host.name': first.host };
		yield { attributes, own: [first, ...others] };
	}
}

/** An ExportLogsServiceRequest in JSON. */
export function json(lines: readonly Line[]): string {
	const keyValues = (attributes: Attributes) =>
		Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
	const record = (line: Line) => ({
		timeUnixNano: String(nanosOf(line)),
		severityNumber: severities[line.level],
		severityText: line.level,
		body: { stringValue: line.message },
		attributes: keyValues(line.attributes ?? {}),
		...(line.trace_id && { traceId: line.trace_id })
	});
	const resourceLogs = [...resources(lines)].map(({ attributes, own }) => ({
		resource: { attributes: keyValues(attributes) },
		scopeLogs: [{ scope: { name: 'bench' }, logRecords: own.map(record) }]
	}));
	return JSON.stringify({ resourceLogs });
}

function anyValue(value: string | number) {
	if (typeof value === 'string') return { stringValue: value };
	return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** The same in protobuf. */
export function protobuf(lines: readonly Line[]): Uint8Array {
	const writer = new BinaryWriter();
	for (const { attributes, own } of resources(lines)) {
		within(writer, 1, () => {
			within(writer, 1, () => addAttributes(writer, 1, attributes));
			within(writer, 2, () => {
				within(writer, 1, () => writer.tag(1, WireType.LengthDelimited).string('bench'));
				for (const line of own) within(writer, 2, () => addRecord(writer, line));
			});
		});
	}
	return writer.finish();
}

/** A message in a field. */
function within(writer: BinaryWriter, field: number, write: () => void): void {
	writer.tag(field, WireType.LengthDelimited).fork();
	write();
	writer.join();
}

function addRecord(writer: BinaryWriter, line: Line): void {
	writer.tag(1, WireType.Bit64).fixed64(nanosOf(line));
	writer.tag(2, WireType.Varint).int32(severities[line.level] ?? 0);
	writer.tag(3, WireType.LengthDelimited).string(line.level);
	within(writer, 5, () => writer.tag(1, WireType.LengthDelimited).string(line.message));
	addAttributes(writer, 6, line.attributes ?? {});
	if (line.trace_id) writer.tag(9, WireType.LengthDelimited).bytes(Buffer.from(line.trace_id, 'hex'));
}

function addAttributes(writer: BinaryWriter, field: number, attributes: Attributes): void {
	for (const [key, value] of Object.entries(attributes)) {
		within(writer, field, () => {
			writer.tag(1, WireType.LengthDelimited).string(key);
			within(writer, 2, () => addValue(writer, value));
		});
	}
}

function addValue(writer: BinaryWriter, value: string | number): void {
	if (typeof value === 'string') writer.tag(1, WireType.LengthDelimited).string(value);
	else if (Number.isInteger(value)) writer.tag(3, WireType.Varint).int64(value);
	else writer.tag(4, WireType.Bit64).double(value);
}
