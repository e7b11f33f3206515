import { create, createFileRegistry, type DescMethodUnary } from '@bufbuild/protobuf';
import {
	FieldDescriptorProto_Label as Label,
	FieldDescriptorProto_Type as Type,
	FileDescriptorProtoSchema
} from '@bufbuild/protobuf/wkt';

/**
 * The service of OTLP over gRPC, as far as it is needed: the resources in a request stay bytes, because a thread decodes them. The
 * names and numbers are those of opentelemetry-proto 1 (collector/logs/v1/logs_service.proto).
 */
const file = create(FileDescriptorProtoSchema, {
	name: 'logs_service.proto',
	package: 'opentelemetry.proto.collector.logs.v1',
	syntax: 'proto3',
	messageType: [
		{
			name: 'ExportLogsServiceRequest',
			field: [{ name: 'resource_logs', number: 1, label: Label.REPEATED, type: Type.BYTES }]
		},
		{
			name: 'ExportLogsPartialSuccess',
			field: [
				{ name: 'rejected_log_records', number: 1, label: Label.OPTIONAL, type: Type.INT64 },
				{ name: 'error_message', number: 2, label: Label.OPTIONAL, type: Type.STRING }
			]
		},
		{
			name: 'ExportLogsServiceResponse',
			field: [
				{
					name: 'partial_success',
					number: 1,
					label: Label.OPTIONAL,
					type: Type.MESSAGE,
					typeName: '.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess'
				}
			]
		}
	],
	service: [
		{
			name: 'LogsService',
			method: [
				{
					name: 'Export',
					inputType: '.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest',
					outputType: '.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse'
				}
			]
		}
	]
});

const registry = createFileRegistry(file, () => undefined);

function known<Found>(found: Found | undefined): Found {
	if (found === undefined) throw new Error('the description of the OTLP service lacks a part');
	return found;
}

const service = known(registry.getService('opentelemetry.proto.collector.logs.v1.LogsService'));

/** LogsService/Export. */
export const exportLogs = known(service.method.export) as DescMethodUnary;
