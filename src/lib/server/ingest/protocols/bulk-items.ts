import { operations, type Operation } from './bulk-actions.ts';

/** What is to be answered to each action of a request: a byte each, because there may be a million. */
export interface Items {
	/** Only the first `count` count: the operation's number in two bits, above it that of the reason for which it is rejected. */
	bytes: Uint8Array;
	count: number;
	/** By their numbers; that of an accepted document is 0. */
	reasons: string[];
}

/** What six bits tell apart. */
const mostReasons = 63;
const mostReasonLength = 200;
const anotherReason = 'not an entry';

export const noItems = (): Items => ({ bytes: new Uint8Array(64), count: 0, reasons: ['', anotherReason] });

/** Adds an action, and why its document is rejected, if it is. */
export function add(items: Items, operation: Operation, reason: string | null = null): void {
	if (items.count === items.bytes.length) {
		const grown = new Uint8Array(items.count * 2);
		grown.set(items.bytes);
		items.bytes = grown;
	}
	const number = reason === null ? 0 : numberOf(items.reasons, reason.slice(0, mostReasonLength));
	items.bytes[items.count] = operations.indexOf(operation) | (number << 2);
	items.count += 1;
}

function numberOf(reasons: string[], reason: string): number {
	const known = reasons.indexOf(reason);
	if (known !== -1) return known;
	return reasons.length > mostReasons ? 1 : reasons.push(reason) - 1;
}

/** Whether anything was rejected. */
export function hasErrors({ bytes, count }: Items): boolean {
	for (let at = 0; at < count; at += 1) if (bytes[at]! >> 2 !== 0) return true;
	return false;
}

const statuses: Record<Operation, number> = { create: 201, index: 201, update: 200, delete: 200 };

/** How an action is answered that was accepted, or rejected for a reason. */
export function answered(operation: Operation, reason: string): object {
	if (reason === '') return { status: statuses[operation] };
	return { status: 400, error: { type: 'document_parsing_exception', reason } };
}

/** What is written at once, in items. */
const pieceItems = 4096;

/** The items in JSON, without the brackets of their list, in pieces. Those in a row that are equal are written once and repeated. */
export function* write(
	{ bytes, count, reasons }: Items,
	answer: (operation: Operation, reason: string) => object = answered
): Generator<string> {
	const texts = new Map<number, string>();
	for (let from = 0; from < count;) {
		const end = Math.min(count, from + pieceItems);
		let piece = '';
		while (from < end) {
			const byte = bytes[from]!;
			let until = from + 1;
			while (until < end && bytes[until] === byte) until += 1;
			const text = texts.get(byte) ?? textOf(byte, reasons, answer);
			texts.set(byte, text);
			piece += text.repeat(until - from);
			from = until;
		}
		yield from === count ? piece.slice(0, -1) : piece;
	}
}

function textOf(
	byte: number,
	reasons: readonly string[],
	answer: (operation: Operation, reason: string) => object
): string {
	const operation = operations[byte & 3]!;
	return `${JSON.stringify({ [operation]: answer(operation, reasons[byte >> 2] ?? anotherReason) })},`;
}
