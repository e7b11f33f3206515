/** Large numbers, short: `950`, `14.4k`, `1.2 M`. */
export function count(number: number): string {
	if (number < 1000) return String(number);
	if (number < 999_500) return `${short(number / 1000)}k`;
	return `${short(number / 1_000_000)} M`;
}

function short(number: number): string {
	return number < 100 ? String(Math.round(number * 10) / 10) : String(Math.round(number));
}
