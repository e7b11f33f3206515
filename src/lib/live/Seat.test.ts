import { afterEach, expect, test } from 'vitest';
import { Seat } from './Seat.ts';

let channels = 0;
const open: Seat[] = [];
afterEach(() => open.splice(0).forEach((seat) => seat.leave()));

/** The windows of one browser, each focused after the one before. */
class Windows {
	readonly all: Seat[] = [];
	readonly #channel = `test ${++channels}`;
	#look = () => {};

	/** Opens one more; it notices silent ones within 300 ms. */
	add(isShown = true): Seat {
		const onChange = () => this.#look();
		const seat = new Seat({ channel: this.#channel, onChange, sayEveryMs: 30, goneAfterMs: 300 });
		this.all.push(seat);
		open.push(seat);
		turnTo(seat, isShown);
		return seat;
	}

	/** Resolves when exactly these have a seat, by their numbers. */
	seated(...wanted: number[]): Promise<void> {
		return new Promise((resolve) => {
			this.#look = () => {
				const seated = this.all.flatMap((seat, at) => (seat.isSeated ? [at] : []));
				if (JSON.stringify(seated) === JSON.stringify(wanted)) resolve();
			};
			this.#look();
		});
	}
}

/** By a clock that counts milliseconds, at a different time from all before. */
function turnTo(seat: Seat, isShown = true): void {
	const before = Date.now();
	while (Date.now() === before);
	seat.claim(isShown, isShown);
}

function windows(count: number): Windows {
	const opened = new Windows();
	for (let at = 0; at < count; at++) opened.add();
	return opened;
}

test('of more windows than seats those sit that were turned to last', async () => {
	const opened = windows(6);
	await opened.seated(2, 3, 4, 5);
	turnTo(opened.all[0] as Seat);
	await opened.seated(0, 3, 4, 5);
});

test('a seat that is left goes to the window that was turned to last before', async () => {
	const opened = windows(6);
	await opened.seated(2, 3, 4, 5);
	opened.all[4]?.leave();
	await opened.seated(1, 2, 3, 4, 5); // a window that left keeps its seat, which is now useless
});

test('a window that was hidden makes room for one that is shown', async () => {
	const opened = windows(5);
	await opened.seated(1, 2, 3, 4);
	opened.all[4]?.claim(false, false);
	await opened.seated(0, 1, 2, 3);
});

test('a window that opens behind the others begins without a seat, and gets one that is free', async () => {
	const opened = windows(3);
	expect(opened.add(false).isSeated).toBe(false);
	await opened.seated(0, 1, 2, 3);
	opened.add(false);
	opened.add();
	await opened.seated(0, 1, 2, 5);
});

test('a window that fell silent without a word loses its seat', async () => {
	const opened = windows(5);
	await opened.seated(1, 2, 3, 4);
	const { postMessage } = BroadcastChannel.prototype;
	BroadcastChannel.prototype.postMessage = () => {};
	opened.all[4]?.leave();
	BroadcastChannel.prototype.postMessage = postMessage;
	await opened.seated(0, 1, 2, 3, 4);
});
