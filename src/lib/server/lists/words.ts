import * as v from 'valibot';

/** Limits on a search's words and characters, so that one costs no more than scanning each row. */
const mostWords = 20;
const longestSearch = 200;

/** The search text of lists: of audits, organizations and users alike. */
export const searched = v.pipe(
	v.string(),
	v.maxLength(longestSearch, `Search for at most ${longestSearch} characters.`),
	v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'Search for one line of text.'),
	v.check((text) => wordsOf(text).length <= mostWords, `Search for at most ${mostWords} words.`)
);

/**
 * A LIKE pattern for each word, which must occur as typed. In lower case: addresses are stored so, and a
 * database with the locale C knows upper and lower case of ASCII only.
 */
export function patternsOf(text = ''): string[] {
	return wordsOf(text.toLowerCase()).map(patternOf);
}

/** The same for words in JSON text, which escapes quotes and backslashes. */
export function patternsInJson(text = ''): string[] {
	return wordsOf(text.toLowerCase()).map((word) => patternOf(word.replace(/["\\]/g, '\\$&')));
}

const patternOf = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`;

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '');
