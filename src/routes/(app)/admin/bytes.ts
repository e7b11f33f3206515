const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** A size as people compare them, like "1.2 GB": powers of 1,000, two digits. */
export function sizeOf(bytes: number): string {
	const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
	const value = bytes / 1000 ** power;
	const digits = power === 0 || value >= 10 ? 0 : 1;
	return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${units[power]}`;
}
