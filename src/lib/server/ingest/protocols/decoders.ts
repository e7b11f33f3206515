import * as bulk from './bulk.ts';
import * as forward from '../forward/decoder.ts';
import * as gelfSocket from '../gelf/decoder.ts';
import * as syslog from '../syslog/decoder.ts';
import type { Decode } from './decoded.ts';
import * as datadog from './datadog.ts';
import * as firehose from './firehose.ts';
import type { Format } from './format.ts';
import * as gelf from './gelf.ts';
import * as hec from './hec.ts';
import * as journald from './journald.ts';
import * as lines from './lines.ts';
import * as loki from './loki.ts';
import * as logplex from './logplex.ts';
import * as otlp from './otlp.ts';
import * as vercel from './vercel.ts';

/** The decoder of each protocol. They also run in threads, so they keep nothing from one request to the next. */
export const decoders: Record<Format, Decode> = {
	lines: lines.decode,
	otlp: otlp.decode,
	bulk: bulk.decode,
	loki: loki.decode,
	hec: hec.decode,
	'hec-raw': hec.decodeRaw,
	datadog: datadog.decode,
	gelf: gelf.decode,
	logplex: logplex.decode,
	vercel: vercel.decode,
	firehose: firehose.decode,
	journald: journald.decode,
	syslog: syslog.decode,
	'gelf-socket': gelfSocket.decode,
	forward: forward.decode
};
