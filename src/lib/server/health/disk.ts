import { randomBytes } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

const mebibyte = 1024 * 1024;
/**
 * With less room than this, in bytes, lines are refused. A flood of them fills about 100 MB/s, and the check runs every second.
 */
const least = 32 * mebibyte;
/** Room kept for recovering space: PostgreSQL's log grows by 16 MiB at a time, so it is several of those. */
const reserve = 64 * mebibyte;
/** The reserve is created once there is no more room than this; with more it is not needed yet. */
const plenty = 1024 * mebibyte;
const everyMs = 1_000;
/** How long lines are refused after PostgreSQL ran out of room for some, in ms. */
const refusalMs = 10_000;

export interface DiskOptions {
	/** The data folder. */
	folder: string;
	/** Whether the lines are on this disk, as with the embedded PostgreSQL. */
	holdsLines: boolean;
	/** Whether it also holds the logs of deploys; otherwise PostgreSQL does. */
	holdsDeploys: boolean;
	log: Logger;
	/** Called when the disk has become full, and when there is room again. */
	changed(isFull: boolean): void;
}

/**
 * Watches the disk of the data folder. When it fills up lines are refused (`isFull`) and the file `reserve` is removed: signing
 * in, lowering the retention and PostgreSQL itself then have room. Once there is enough again the reserve is recreated.
 */
export class Disk {
	readonly #options: DiskOptions;
	readonly #file: string;
	#isFull: boolean | null = null;
	#refusedAt = -Infinity;
	#closed = false;
	#looking: Promise<void> | null = null;

	constructor(options: DiskOptions) {
		this.#options = options;
		this.#file = join(options.folder, 'reserve');
	}

	/** Begins to look; it goes on until it is closed. */
	start(): void {
		void this.#run();
	}

	/** Whether there is no room for lines or for the logs of deploys. */
	get isFull(): boolean {
		return !this.hasRoomForLines || !this.hasRoomForDeploys;
	}

	get hasRoomForLines(): boolean {
		if (performance.now() - this.#refusedAt < refusalMs) return false;
		return !this.#options.holdsLines || this.#isFull !== true;
	}

	get hasRoomForDeploys(): boolean {
		return this.#options.holdsDeploys ? this.#isFull !== true : this.hasRoomForLines;
	}

	/** Notes that PostgreSQL ran out of room, wherever its disk is: it gets no lines for a while. */
	refused(): void {
		this.#refusedAt = performance.now();
		void this.look();
	}

	/** Checks now, for example after a write failed for lack of room. Never rejects. */
	look(): Promise<void> {
		this.#looking ??= this.#judge()
			.catch((error: unknown) => this.#options.log.error({ err: error }, 'the disk could not be checked'))
			.finally(() => (this.#looking = null));
		return this.#looking;
	}

	/** Ends the watch; the reserve stays for the next start. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#looking;
	}

	async #run(): Promise<void> {
		while (!this.#closed) {
			await this.look();
			await sleep(everyMs, undefined, { ref: false });
		}
	}

	async #judge(): Promise<void> {
		const { folder } = this.#options;
		const { bavail, bsize } = await statfs(folder);
		const room = bavail * bsize;
		const reserved = await stat(this.#file).then(
			({ size }) => size,
			() => 0 // there is none
		);
		// Room for the reserve and another two times `least`, so that it does not flip back and forth.
		const isEnough = room + reserved >= reserve + 2 * least;
		if (room < least) {
			if (reserved > 0) await rm(this.#file);
			return this.#set(true);
		}
		if (this.#isFull !== false && !isEnough) return this.#set(true);
		if (isEnough && reserved < reserve && room < plenty) await this.#reserve();
		this.#set(false);
	}

	#set(isFull: boolean): void {
		if (isFull === this.#isFull) return;
		const isNews = isFull || this.#isFull !== null;
		this.#isFull = isFull;
		if (!isNews) return;
		this.#options.log.warn({}, isFull ? 'the disk is full: lines are refused' : 'the disk has room again');
		this.#options.changed(isFull);
	}

	/** Filled with data that no file system can compress. */
	async #reserve(): Promise<void> {
		const file = await open(this.#file, 'w', 0o600);
		try {
			const piece = randomBytes(mebibyte);
			for (let written = 0; written < reserve; written += piece.length) await file.write(piece);
			await file.sync();
		} catch (error) {
			await rm(this.#file, { force: true });
			throw error;
		} finally {
			await file.close();
		}
	}
}
