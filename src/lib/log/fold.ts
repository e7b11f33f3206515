/**
 * A text as it is compared without regard to case: in lower case, in which the Greek sigma has one form, whatever follows it. Both what
 * is looked for and what it is looked for in are folded; a position in the one is the same in the text's lower case.
 */
export function fold(text: string): string {
	const lower = text.toLowerCase();
	return lower.includes(finalSigma) ? lower.replaceAll(finalSigma, sigma) : lower;
}

const finalSigma = 'ς';
const sigma = 'σ';
