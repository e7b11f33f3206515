/** The formats that lines are sent in. Each has a decoder (decoders.ts), which may run in a thread and is named across to it. */
export type Format =
	| 'lines'
	| 'otlp'
	| 'bulk'
	| 'loki'
	| 'hec'
	| 'hec-raw'
	| 'datadog'
	| 'gelf'
	| 'logplex'
	| 'vercel'
	| 'firehose'
	| 'journald'
	| 'syslog'
	| 'gelf-socket'
	| 'forward';
