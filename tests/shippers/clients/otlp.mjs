// The OpenTelemetry SDK for JavaScript, with the exporter that FORMAT names: http (JSON), proto (protobuf) or grpc.
import { Metadata } from '@grpc/grpc-js';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { KEY, PORT, TARGET, lines } from './script.mjs';

const { FORMAT = 'http', GZIP } = process.env;
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${FORMAT}`);
const compression = GZIP ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE;
const metadata = new Metadata();
metadata.set('authorization', `Bearer ${KEY}`);
const exporter =
	FORMAT === 'grpc'
		? new OTLPLogExporter({ url: `http://127.0.0.1:${PORT}`, metadata, compression })
		: new OTLPLogExporter({
				url: `${TARGET}/v1/logs`,
				headers: { authorization: `Bearer ${KEY}` },
				compression
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
