import { Joiner, mayBegin } from '../../log/stack-trace.ts';
import { extended, writerOf } from '../ingest/syslog/syslog.ts';
import type { Clock } from '../ingest/syslog/timestamp.ts';
import { frameBytes, type PendingFrame } from './lane.ts';

/** How long the beginning of a trace waits for its next line, and all of it at most, in ms (decision 0101). */
const [waitMs, mostMs] = [1_000, 5_000];
/** What waits at most: beginnings, and bytes of all of them with what they take besides. Above it the oldest goes on. */
const mostWaiting = 1_000;
const mostBytes = 16 * 1024 * 1024;

/** A message that may be the beginning of a trace. */
interface Begun {
	sender: string;
	frame: PendingFrame;
	/** The messages that continue it, and who hears what became of them. */
	lines: string[];
	continued: Pick<PendingFrame, 'stored' | 'dropped'>[];
	bytes: number;
	joiner: Joiner;
	since: number;
	timer: NodeJS.Timeout;
	pass(frame: PendingFrame): void;
}

/**
 * Joins the lines of a stack trace, each of which syslog sends as a message of its own, to one message again. Only what looks like
 * the beginning of one waits; everything else passes at once. The messages of one writer keep their order.
 */
export class Traces {
	readonly #zone: string;
	/** By sender and writer, the oldest first. */
	readonly #begun = new Map<string, Begun>();
	/** By sender: what a line without a header may continue. */
	readonly #latest = new Map<string, string>();
	#bytes = 0;

	/** `zone` is that of times without one. */
	constructor(zone: string) {
		this.#zone = zone;
	}

	/** Hands a frame to `pass`, at once or with what continues it. `sender` tells whose it is from all others. */
	take(frame: PendingFrame, sender: string, pass: (frame: PendingFrame) => void): void {
		if (this.#begun.size === 0 && !mayBegin(headOf(frame))) return pass(frame);
		const clock: Clock = { zone: this.#zone, now: Date.now() };
		const { writer, message } = writerOf(frame.bytes, clock);
		const key = (writer === null && this.#latest.get(sender)) || `${sender} ${writer}`;
		const begun = this.#begun.get(key);
		if (begun?.joiner.join(unescaped(message))) return this.#extend(begun, frame, message);
		this.#end(key);
		if (!mayBegin(message)) return pass(frame);
		this.#begin({ sender, key, frame, pass }, message);
	}

	/** Hands on everything that waits. */
	flush(): void {
		for (const key of [...this.#begun.keys()]) this.#end(key);
	}

	#begin(
		{ key, ...parts }: Pick<Begun, 'sender' | 'frame' | 'pass'> & { key: string },
		message: string
	): void {
		if (this.#begun.size >= mostWaiting) this.#endOldest();
		const joiner = new Joiner();
		joiner.push(message);
		const timer = setTimeout(() => this.#end(key), waitMs);
		const since = performance.now();
		const frame = { ...parts.frame, bytes: Buffer.from(parts.frame.bytes) }; // the rest of what was read is let go
		const begun = { ...parts, frame, lines: [], continued: [], bytes: 0, joiner, since, timer };
		this.#begun.set(key, begun);
		this.#latest.set(parts.sender, key);
		this.#count(begun, frame.bytes.length);
	}

	#extend(begun: Begun, frame: PendingFrame, message: string): void {
		begun.lines.push(message);
		begun.continued.push({ stored: frame.stored, dropped: frame.dropped });
		if (performance.now() - begun.since < mostMs - waitMs) begun.timer.refresh();
		this.#count(begun, frame.bytes.length);
	}

	#count(begun: Begun, bytes: number): void {
		begun.bytes += bytes + frameBytes;
		this.#bytes += bytes + frameBytes;
		while (this.#bytes > mostBytes) this.#endOldest();
	}

	#endOldest(): void {
		const [oldest] = this.#begun.keys();
		if (oldest !== undefined) this.#end(oldest);
	}

	#end(key: string): void {
		const begun = this.#begun.get(key);
		if (!begun) return;
		this.#begun.delete(key);
		this.#bytes -= begun.bytes;
		if (this.#latest.get(begun.sender) === key) this.#latest.delete(begun.sender);
		clearTimeout(begun.timer);
		begun.pass(begun.lines.length === 0 ? begun.frame : joined(begun));
	}
}

/** rsyslog writes the tabs that it receives as `#011`. */
const unescaped = (message: string) => message.replace(/^(?:#011)+/, (tabs) => '\t'.repeat(tabs.length / 4));

function joined({ frame, lines, continued }: Begun): PendingFrame {
	return {
		from: frame.from,
		bytes: extended(frame.bytes, lines),
		stored: (told, index) => [frame, ...continued].forEach((each) => each.stored(told, index)),
		dropped: (reason) => [frame, ...continued].forEach((each) => each.dropped(reason))
	};
}

/** Enough of a frame to tell that it begins no trace. */
const headOf = ({ bytes }: PendingFrame) => bytes.toString('latin1', 0, 2_400);
