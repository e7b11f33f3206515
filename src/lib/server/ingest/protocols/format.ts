/** The formats that lines are sent in. Each has a decoder (decoders.ts), which may run in a thread and is named across to it. */
export type Format = 'lines' | 'otlp' | 'syslog' | 'gelf-socket' | 'forward';
