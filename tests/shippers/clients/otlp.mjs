// The OpenTelemetry SDK for JavaScript, with the exporter that FORMAT names: http (JSON) or proto (protobuf).
import { SeverityNumber } from '@opentelemetry/api-logs';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { KEY, TARGET, lines } from './script.mjs';

const { FORMAT = 'http', GZIP } = process.env;
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${FORMAT}`);
const exporter = new OTLPLogExporter({
	url: `${TARGET}/v1/logs`,
	headers: { authorization: `Bearer ${KEY}` },
	compression: GZIP ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE
});
const processor = new BatchLogRecordProcessor({ exporter, maxQueueSize: 10_000, maxExportBatchSize: 200 });
const provider = new LoggerProvider({
	resource: resourceFromAttributes({ 'service.name': 'shop', 'host.name': 'web-1' }),
	processors: [processor]
});
const logger = provider.getLogger('tests', '1.0');

const severities = {
	debug: SeverityNumber.DEBUG,
	info: SeverityNumber.INFO,
	warn: SeverityNumber.WARN,
	error: SeverityNumber.ERROR
};
for (const { n, level, message, time } of lines()) {
	logger.emit({
		body: message,
		timestamp: time,
		severityNumber: severities[level],
		severityText: level.toUpperCase(),
		attributes: { n, 'http.route': '/cart', nested: { list: [1, 'two', true] } }
	});
}
await provider.forceFlush();
await provider.shutdown();
