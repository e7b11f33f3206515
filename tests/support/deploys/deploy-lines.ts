/** A line of a test's log, unique by its number. */
export function lineAt(number: number): Uint8Array {
	return new TextEncoder().encode(`${number} ☃ ${'x'.repeat((number * 37) % 500)}\n`);
}
