import { readFileSync } from 'node:fs';

/** Bytes that a process has caused to be written to disks, in whole pages. Source: proc(5), /proc/pid/io, write_bytes. */
export function writtenBy(pid: number): number {
	return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
