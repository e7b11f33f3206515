import * as v from 'valibot';

/** A whole number; out-of-bounds values are refused, not clamped. */
export function wholeNumber(name: string, least: number, most: number) {
	const message = `${name} takes a whole number from ${least} to ${most}.`;
	return v.pipe(
		v.string(),
		v.regex(/^\d{1,16}$/, message),
		v.transform(Number),
		v.minValue(least, message),
		v.maxValue(most, message)
	);
}
