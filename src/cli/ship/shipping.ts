import * as bells from '../delivery/bell.ts';
import { Http } from '../delivery/http.ts';
import { Api, type Defaults } from '../delivery/logs-api.ts';
import { Mask } from '../delivery/mask.ts';
import { Persistence, usualPauses } from '../delivery/persistence.ts';
import type { Server } from '../delivery/server.ts';
import { Courier } from './courier.ts';
import { Files } from './files.ts';
import type * as invocation from './invocation.ts';
import type { Journal } from './journal.ts';
import type { Asked } from './shape.ts';
import type { Source } from './source.ts';
import type { Pending, Progress, State } from './state.ts';
import { TailedFile } from './tailed-file.ts';

/** Between two looks for new files, in ms: without being told, when some wait, and when names change again and again. */
const pauses = { scans: 2_000, waiting: 500, changes: 50 };
/** How long what has been read is sent after a signal, in ms. */
const patience = 8_000;

export interface Order {
	server: Server;
	defaults: Defaults;
	asked: Asked;
	hostAsked: boolean;
	input: invocation.Files;
}

export type Journals = typeof import('./journal.ts');

/** Everything that is read and sent. */
export class Shipping {
	readonly #order: Order;
	readonly #state: State;
	readonly #say: (message: string) => void;
	readonly #giveUp = new AbortController();
	readonly #bell = bells.hang();
	readonly #files: Files;
	#journal: Journal | null;
	readonly #courier: Courier;
	/** The cursor of a journal that is not read this time. */
	#cursor: string | null;
	#scannedAt = -Infinity;
	readonly #scanning: NodeJS.Timeout;
	#scanSoon: NodeJS.Timeout | undefined;
	#isStopping = false;

	constructor(
		order: Order,
		state: State,
		progress: Progress | null,
		journals: Journals | null,
		say: (message: string) => void
	) {
		const { input } = order;
		this.#order = order;
		this.#state = state;
		this.#say = say;
		this.#cursor = progress?.cursor ?? null;
		if (!progress)
			say(`no state in ${input.state} yet: starting at the ${input.fromEnd ? 'end' : 'beginning'}`);
		const plan = { ...input, asked: order.asked };
		this.#files = new Files(plan, progress?.files ?? null, say, () => this.#wake());
		this.#journal = journals && this.#openJournal(journals);
		const pending = progress?.pending ?? null;
		this.#files.borrow(new Set(pending?.parts.map(({ id }) => id)));
		this.#courier = this.#makeCourier(pending);
		this.#scanning = setInterval(() => this.#scanIfDue(), pauses.waiting).unref();
	}

	async run(): Promise<number> {
		this.#scan(performance.now());
		const found = this.#files.tails.length;
		if (found === 0 && this.#order.input.wanted.length > 0) this.#say('no file matches yet');
		await this.#courier.run();
		const { fault } = this.#courier;
		if (fault !== null) this.#say(`${fault}; nothing more is sent`);
		return this.#status();
	}

	/** Lets go of everything, whatever happened: what stays open keeps the process alive. */
	close(): void {
		clearInterval(this.#scanning);
		clearTimeout(this.#scanSoon);
		this.#journal?.close();
		this.#files.close();
	}

	stop(): void {
		this.#isStopping = true;
		this.#files.halt();
		this.#journal?.halt();
		this.#courier.stop();
		setTimeout(() => this.giveUp(), patience).unref();
	}

	giveUp(): void {
		this.#giveUp.abort();
		this.#bell.ring();
	}

	#openJournal({ Journal }: Journals): Journal {
		const { asked, hostAsked, input } = this.#order;
		return new Journal({
			...{ asked, hostAsked, folder: input.journalFolder, cursor: this.#cursor },
			...{ fromEnd: input.fromEnd, once: input.once },
			wake: () => this.#courier.wake(),
			fail: (fault) => this.#courier.fail(fault)
		});
	}

	#makeCourier(pending: Pending | null): Courier {
		const { server, defaults, input } = this.#order;
		const giveUp = this.#giveUp.signal;
		const persistence = new Persistence({
			...{ pauses: usualPauses, bell: this.#bell, giveUp, say: this.#say },
			ending: () => this.#isStopping || input.once,
			meanwhile: 'reading waits until it can be reached'
		});
		const api = new Api(new Http(server, giveUp), defaults);
		const options = {
			...{
				api,
				mask: new Mask(server.key),
				persistence,
				bell: this.#bell,
				giveUp,
				once: input.once,
				say: this.#say
			},
			begin: () => this.#begin(),
			look: (now: number) => this.#look(now),
			looked: (source: Source, now: number) => {
				if (source instanceof TailedFile) this.#files.looked(source, now);
			},
			save: (pending: Pending | null) => this.#save(pending)
		};
		return new Courier(options, pending);
	}

	/** What an earlier run was sending is settled. What was read for it alone is left. */
	async #begin(): Promise<void> {
		this.#files.release();
		if (this.#order.input.journald) return this.#journal?.begin();
		this.#cursor = this.#journal?.cursor ?? this.#cursor;
		this.#journal?.close();
		this.#journal = null;
	}

	#look(now: number): Source[] {
		const pause = this.#files.isWaiting ? pauses.waiting : pauses.scans;
		if (!this.#isStopping && (now - this.#scannedAt >= pause || this.#files.hasNews)) this.#scan(now);
		return this.#journal ? [...this.#files.tails, this.#journal] : [...this.#files.tails];
	}

	#scan(now: number): void {
		this.#scannedAt = now;
		this.#files.scan(now);
	}

	/** Something in a folder has changed. */
	#wake(): void {
		if (this.#files.hasNews) {
			const ms = Math.max(0, this.#scannedAt + pauses.changes - performance.now());
			this.#scanSoon ??= setTimeout(() => this.#scanIfDue(), ms).unref();
		}
		this.#courier.wake();
	}

	/** Also while a request is repeated because the server is away: what is rotated meanwhile stays open. */
	#scanIfDue(): void {
		this.#scanSoon = undefined;
		try {
			this.#look(performance.now());
		} catch (error) {
			this.#courier.fail(`a bug: ${(error as Error).stack}`);
			this.giveUp();
		}
	}

	#save(pending: Pending | null): void {
		const cursor = this.#journal ? this.#journal.cursor : this.#cursor;
		this.#state.save({ files: this.#files.known, cursor, pending });
	}

	/** Says what was not delivered. */
	#status(): number {
		const left = this.#files.tails.filter((tail) => tail.left > 0);
		const bytes = left.reduce((sum, tail) => sum + tail.left, 0);
		const { fault, rejected, waiting } = this.#courier;
		const later = 'they are sent at the next start';
		if (bytes > 0) this.#say(`${bytes} bytes of ${left.length} files not delivered; ${later}`);
		const { unread } = this.#files;
		if (unread > 0) this.#say(`${unread} new files may be copies of others and were not read yet; ${later}`);
		const isBehind = this.#journal?.isBehind ?? false;
		if (isBehind) this.#say(`some entries of the journal were not delivered; ${later}`);
		const isWhole =
			fault === null && rejected === 0 && waiting === 0 && unread + this.#files.unreadable.size === 0;
		return bytes === 0 && !isBehind && isWhole ? 0 : 1;
	}
}
