/** Large numbers, short: `950`, `14.4k`, `1.2 M`. */
export function count(number: number): string {
	const { text, unit } = shortened(number);
	return text + unit;
}

/** A part of a whole: `1.2 of 5.1 M`, `950 of 14.4k`. */
export function ofTotal(part: number, total: number): string {
	const [some, all] = [shortened(part), shortened(total)];
	return `${some.text}${some.unit === all.unit ? '' : some.unit} of ${all.text}${all.unit}`;
}

function shortened(number: number): { text: string; unit: string } {
	if (number < 1000) return { text: String(number), unit: '' };
	if (number < 999_500) return { text: rounded(number / 1000), unit: 'k' };
	return { text: rounded(number / 1_000_000), unit: ' M' };
}

function rounded(number: number): string {
	return number < 100 ? String(Math.round(number * 10) / 10) : String(Math.round(number));
}
