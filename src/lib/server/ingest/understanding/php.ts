import * as severity from '../severity.ts';

const php = /PHP (Fatal error|Parse error|Recoverable fatal error|Warning|Notice|Deprecated):/y;
const levels: Record<string, string> = {
	'Fatal error': 'fatal',
	'Parse error': 'error',
	'Recoverable fatal error': 'error',
	Warning: 'warn',
	Notice: 'notice',
	Deprecated: 'notice'
};

/** The severity of PHP's own messages, whose levels are of two words (`PHP Parse error:`); null if none begins at `at`. */
export function levelAt(text: string, at: number): number | null {
	php.lastIndex = at;
	const found = php.exec(text);
	return found === null ? null : severity.word(levels[found[1]!]!);
}
