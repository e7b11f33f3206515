/**
 * A lock is a link whose target names the process that has it: made in one step with what it says, and no disk is too full for
 * it. It is free when that process has ended.
 */
import { readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import process from 'node:process';
import { isAbsence } from './regular-file.ts';

/** Null if it is ours now; otherwise the process that has it. */
export function take(file: string): number | null {
	for (;;) {
		if (isMade(file)) return null;
		const holder = holderOf(file);
		if (holder === null) continue; // it was released meanwhile
		if (runs(holder)) return pidOf(holder);
		const other = succeed(file, holder);
		if (other === null) return null;
		if (runs(other)) return pidOf(other);
	}
}

export function release(file: string): void {
	if (holderOf(file) === own()) rmSync(file);
}

/**
 * Takes the place of a holder that has ended; of several processes that try, one can say so. Null if it is us, otherwise who
 * was faster.
 */
function succeed(file: string, holder: string): string | null {
	const claim = `${file}.after-${holder.replaceAll(/\W/g, '-')}`;
	if (!isMade(claim)) {
		const other = holderOf(claim);
		if (other !== null && !runs(other)) rmSync(claim, { force: true });
		return other ?? holder;
	}
	const now = holderOf(file);
	if (now === holder) renameSync(claim, file);
	else rmSync(claim);
	return now === holder ? null : (now ?? holder);
}

function isMade(file: string): boolean {
	try {
		symlinkSync(own(), file);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		return false;
	}
}

function holderOf(file: string): string | null {
	try {
		return readlinkSync(file);
	} catch (error) {
		if (isAbsence(error)) return null;
		if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
		return readFileSync(file, 'utf8'); // a file, as it was once
	}
}

const own = () => `${process.pid} ${begunOf(process.pid)}`;
const pidOf = (holder: string) => Number(holder.split(' ')[0]);

/** One with our own number has ended: it is not us. */
function runs(holder: string): boolean {
	const [pid, begun = ''] = holder.split(' ');
	return Number(pid) > 0 && Number(pid) !== process.pid && begunOf(Number(pid)) === begun;
}

/**
 * When a process began, in ticks since the boot (proc(5), starttime), or empty if it does not run: another process may have its
 * number later. Where there is no /proc, whether it runs.
 */
function begunOf(pid: number): string {
	try {
		return /\) (?:\S+ ){19}(\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '?';
	} catch {
		return exists(pid) ? 'runs' : 'ended';
	}
}

function exists(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false; // no such process
	}
}
