import { constants } from 'node:os';
import process from 'node:process';
import * as descriptor from '../delivery/descriptor.ts';
import { membersOf } from '../delivery/entry.ts';
import type { Defaults } from '../delivery/logs-api.ts';
import { Notices } from '../delivery/notices.ts';
import type { Server } from '../delivery/server.ts';
import * as signals from '../delivery/signals.ts';
import * as passage from './passage.ts';
import { Shipper, type Reading } from './shipper.ts';

/** How long remaining lines are sent, in ms: after the end of stdin, and after a signal. */
const patience = { ended: 60_000, stopped: 8_000 };
/** A signal this many ms after the end of stdin is the one that ended the program writing to us. */
const together = 1_000;
const signalNumbers: Record<string, number> = constants.signals;

export interface Order {
	/** Null: lines are passed through, but not sent, because of `fault`. */
	server: Server | null;
	fault: string | null;
	defaults: Defaults;
	reading: Reading;
}

/** Each line is an entry. */
export const lineByLine: Reading = { origin: { service: null, members: '' }, joins: false };

/** The lines of a stack trace are an entry, and all entries have these labels. */
export const joined = ({ labels }: { labels: Record<string, string> }): Reading => ({
	origin: { service: null, members: membersOf(labels) },
	joins: true
});

/**
 * Sends stdin and passes it through. The exit status is 0 if every line was delivered, 1 if not, and 128 + n if a signal ended
 * us first.
 */
export async function run(order: Order): Promise<number> {
	const notices = new Notices(process.stderr);
	const say = (message: string) => notices.say(message);
	if (order.fault !== null) say(`lines are passed through but not sent: ${order.fault}`);
	const shipper = order.server && new Shipper(order.server, order.defaults, say, {}, order.reading);

	const beside = descriptor.isSame(1, 2);
	const input = passage.open(async (bytes) => {
		if (beside) notices.passed(bytes);
		await shipper?.write(bytes);
	});
	let endedAt = Infinity;
	let stopped: NodeJS.Signals | null = null;
	const release = signals.listen((signal) => {
		if (stopped || performance.now() - endedAt > together) {
			input.cut();
			return shipper?.giveUp();
		}
		stopped = signal;
		if (endedAt < Infinity) return shipper?.giveUpIn(patience.stopped);
		// The program writing to us also got it, and will end by itself.
		if (!signals.isShared(signal)) input.stop();
	});
	shipper?.begin();

	const how = await input.over;
	endedAt = performance.now();
	const undelivered = (await shipper?.end(stopped ? patience.stopped : patience.ended)) ?? 1;
	release();
	notices.flush();
	if (undelivered > 0) return 1;
	if (how === 'closed') return 128 + constants.signals.SIGPIPE;
	return how === 'cut' ? 128 + (signalNumbers[stopped ?? 'SIGTERM'] ?? 0) : 0;
}
