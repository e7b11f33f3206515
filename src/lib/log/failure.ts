/** How lines report a failure, in the words of the tools that deploys run. */

/** Such a line has at least one of these words: a quick check before `place` looks closely. Lower case. */
export const hints = /err|fatal|panic|fail|exception|traceback|segmentation fault|not found|denied/;

const signs =
	/(?<![\w./-])(?:errors?|err!|fatal|panic(?:ked)?|failed|failure|exception|traceback(?= \()|segmentation fault|permission denied|command not found|[\w.]+(?:error|exception)(?=:| \[|$)|err_\w+|e\w{4,}:)(?![\w/-]|\.\w)/i;

/** Phrases that only sound like a failure: `0 errors`, `no error`, `errors: 0`, `failed=0`. */
const denials =
	/\b(?:0|no|without|zero|any|if|on|ignor(?:e|ed|ing)) (?:\w+ )?(?:errors?|fail(?:ed|ures?)|exceptions?)\b|\b(?:errors?|fail(?:ed|ures?))\s*[:=]\s*0\b/gi;

/** Where a line reports a failure; -1 if it does not. */
export function place(text: string): number {
	if (!hints.test(text.toLowerCase())) return -1;
	return text.replace(denials, (said) => ' '.repeat(said.length)).search(signs);
}
