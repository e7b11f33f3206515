// What every client sends: numbered lines with levels and times, among them one of several lines, one of other scripts and an emoji,
// and one of 20 kB. A client is a program: its environment says where to, and how many.

/** @typedef {{ n: number, level: 'debug' | 'info' | 'warn' | 'error', message: string, time: Date }} Line */

export const { TARGET = '', KEY = '', PORT = '0', COUNT = '1000', FIRST = '1' } = process.env;

const levels = /** @type {const} */ (['debug', 'info', 'warn', 'error']);
const base = Date.UTC(2026, 10, 1, 12);

/** @param {number} n @returns {Line} */
export function line(n) {
	return {
		n,
		level: levels[n % 4] ?? 'info',
		message: `line ${n} ${textOf(n)}`,
		time: new Date(base + n * 1000)
	};
}

/** @param {number} n */
function textOf(n) {
	if (n % 500 === 7) return 'first\n  second\n  third';
	if (n % 500 === 8) return 'Grüße, 日本語, здравствуйте 🌊';
	if (n % 500 === 9) return 'x'.repeat(20_000);
	return 'ordinary';
}

/** The lines that this run sends. */
export function lines() {
	const first = Number(FIRST);
	return Array.from({ length: Number(COUNT) }, (_, index) => line(first + index));
}
