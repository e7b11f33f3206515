import * as forward from '../forward/decoder.ts';
import * as gelfSocket from '../gelf/decoder.ts';
import * as syslog from '../syslog/decoder.ts';
import type { Decode } from './decoded.ts';
import type { Format } from './format.ts';
import * as lines from './lines.ts';
import * as otlp from './otlp.ts';

/** The decoder of each protocol. They also run in threads, so they keep nothing from one request to the next. */
export const decoders: Record<Format, Decode> = {
	lines: lines.decode,
	otlp: otlp.decode,
	syslog: syslog.decode,
	'gelf-socket': gelfSocket.decode,
	forward: forward.decode
};
