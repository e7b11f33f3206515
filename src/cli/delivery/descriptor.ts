import { fstatSync } from 'node:fs';

/** Whether two of our descriptors lead to the same terminal, pipe or file. */
export function isSame(a: number, b: number): boolean {
	const [one, other] = [fstatSync(a), fstatSync(b)];
	return one.dev === other.dev && one.ino === other.ino;
}
