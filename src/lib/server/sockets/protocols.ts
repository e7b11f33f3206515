import type { Framing } from '../ingest/framing.ts';
import type { Format } from '../ingest/protocols/format.ts';
import { ForwardFraming } from '../ingest/forward/framing.ts';
import { GelfFraming } from '../ingest/gelf/framing.ts';
import { SyslogFraming } from '../ingest/syslog/framing.ts';
import type { SocketProtocol } from '../listeners.ts';

/** How frames are found on a connection, and which decoder reads them. */
export const protocols: Record<SocketProtocol, { format: Format; framing(): Framing }> = {
	syslog: { format: 'syslog', framing: () => new SyslogFraming() },
	gelf: { format: 'gelf-socket', framing: () => new GelfFraming() },
	forward: { format: 'forward', framing: () => new ForwardFraming() }
};
