import type { Logger } from 'pino';
import * as key from '../ingest/syslog/key.ts';
import { addressOf, type Listener } from '../listeners.ts';
import { Counts, type Reason } from './counts.ts';
import type { Destination } from './destination.ts';
import type { Kind, PendingFrame } from './lane.ts';
import type { Lanes, Source } from './lanes.ts';
import { protocols } from './protocols.ts';
import { Traces } from './traces.ts';

/** Where the lines of a listener go. */
export interface Destinations {
	organization(listener: Listener): Destination;
	/** That of an API key, which came from an address. */
	ofKey(listener: Listener, key: string, from: string): Destination;
}

/** A frame's way from a socket to its lane, with what is counted on it. */
export class Port {
	readonly listener: Listener;
	readonly counts = new Counts();
	readonly log: Logger;
	readonly lanes: Lanes;
	readonly #kind: Kind;
	readonly #destinations: Destinations;
	readonly #own: Destination | null;
	readonly #traces: Traces | null;

	constructor(listener: Listener, lanes: Lanes, destinations: Destinations, log: Logger) {
		const { protocol, service, zone, org } = listener;
		this.listener = listener;
		this.lanes = lanes;
		this.log = log.child({ listener: addressOf(listener) });
		const parameters = { ...(service !== null && { service }), zone };
		this.#kind = { format: protocols[protocol].format, parameters, counts: this.counts };
		this.#destinations = destinations;
		this.#traces = protocol === 'syslog' ? new Traces(zone) : null;
		this.#own = org === null ? null : destinations.organization(listener);
	}

	/** Takes a frame. `told` hears what became of it. */
	take(
		bytes: Buffer,
		from: string,
		source: Source,
		told: Pick<PendingFrame, 'stored' | 'dropped'> = silent
	): void {
		const destination = this.#own ?? this.#byKey(bytes, from);
		if (!destination) return this.drop('key');
		const pass = (frame: PendingFrame) => this.lanes.add(this.#kind, destination, source, frame);
		const frame = { from, bytes, ...told };
		if (this.#traces) this.#traces.take(frame, `${destination.name} ${from}`, pass);
		else pass(frame);
	}

	/** Hands on what still waits for more of it. */
	flush(): void {
		this.#traces?.flush();
	}

	drop(reason: Reason, count = 1): void {
		this.counts.drop(reason, count);
	}

	#byKey(bytes: Buffer, from: string): Destination | null {
		const secret = key.read(bytes);
		return secret === null ? null : this.#destinations.ofKey(this.listener, secret, from);
	}
}

/** Most protocols tell nobody what became of a line. */
const silent = { stored() {}, dropped() {} };
