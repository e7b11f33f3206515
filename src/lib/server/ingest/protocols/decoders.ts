import type { Decode } from './decoded.ts';
import type { Format } from './format.ts';
import * as lines from './lines.ts';
import * as otlp from './otlp.ts';

/** The decoder of each protocol. They also run in threads, so they keep nothing from one request to the next. */
export const decoders: Record<Format, Decode> = {
	lines: lines.decode,
	otlp: otlp.decode
};
