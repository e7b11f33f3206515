import process from 'node:process';
import * as bells from '../delivery/bell.ts';
import { Notices } from '../delivery/notices.ts';
import * as signals from '../delivery/signals.ts';
import { Shipping, type Order } from './shipping.ts';
import { State, type Opened, type Progress } from './state.ts';

/** Between two tries while the disk is full, in ms. */
const pause = 1_000;

/** Sends files and the journal until a signal, or to their end. Gives the exit status. */
export async function run(order: Order): Promise<number> {
	const notices = new Notices(process.stderr);
	const say = (message: string) => notices.say(message);
	const opened = await open(order.input.state, say);
	if (!opened.ok) {
		say(opened.fault);
		return 1;
	}
	try {
		return await ship(order, opened, say);
	} finally {
		opened.state.close();
		notices.flush();
	}
}

/** While the disk is full it waits. */
async function open(folder: string, say: (message: string) => void): Promise<Opened> {
	for (let isSaid = false; ; isSaid = true) {
		const opened = State.open(folder);
		if (opened.ok || !opened.isFull) return opened;
		if (!isSaid) say(`${opened.fault}; nothing is sent until it can`);
		await bells.hang().wait(pause, () => false);
	}
}

async function ship(
	order: Order,
	{ state, progress }: { state: State; progress: Progress | null },
	say: (message: string) => void
): Promise<number> {
	// What runs programs takes memory: it is loaded for the journal alone, also if only a request is to be repeated.
	const isPending = progress?.pending?.parts.some(({ id }) => id === 'journal');
	const journals = order.input.journald || isPending ? await import('./journal.ts') : null;
	const shipping = new Shipping(order, state, progress, journals, say);
	let isStopped = false;
	const release = signals.listen(() => {
		if (isStopped) return shipping.giveUp();
		isStopped = true;
		shipping.stop();
	});
	try {
		return await shipping.run();
	} finally {
		release();
		shipping.close();
	}
}
