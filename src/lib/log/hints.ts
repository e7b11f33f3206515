import { split, type Token } from './tokens.ts';

const EQUATION = /^([\p{L}_@$][\p{L}\p{N}_@$./-]*)=([^=].*)$/u;

/** What people may have meant: one sentence for each part of a query that parses, but finds less than they expect. */
export function of(text: string): string[] {
	const tokens = split(text).filter(({ kind }) => kind !== 'space');
	const found = tokens.flatMap((token, index) => hint(token, tokens[index - 1], tokens[index + 1]) ?? []);
	if (tokens.some(isText))
		found.push('Words are searched for in messages. For an attribute, write name:value.');
	return [...new Set(found)];
}

function hint(token: Token, before: Token | undefined, after: Token | undefined): string | null {
	if (token.kind === 'not') {
		return `NOT leaves out ${after?.text ?? 'what follows'}. To search for the word “NOT”, put it in quotes.`;
	}
	if (token.kind !== 'word' || before?.kind === 'operator') return null;

	const isBetween = before !== undefined && after !== undefined;
	if (/^(or|and)$/i.test(token.text) && isBetween) return connective(token.text);
	if (/^not$/i.test(token.text) && after) return connective(token.text);
	const [, name, value] = EQUATION.exec(token.text) ?? [];
	return name ? `“${token.text}” is searched for as text. For the attribute, write ${name}:${value}.` : null;
}

function connective(text: string): string {
	return `“${text}” is searched for as a word. To combine terms, write ${text.toUpperCase()}.`;
}

function isText({ kind, text }: Token, index: number, all: Token[]): boolean {
	const value = all[index - 1]?.kind === 'operator';
	return !value && ['word', 'phrase', 'regex'].includes(kind) && text !== '';
}
