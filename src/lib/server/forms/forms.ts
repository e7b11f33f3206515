import * as v from 'valibot';

/** What is wrong, by field, as sentences to show; `form` is for faults of no single field. */
export type Faults = Partial<Record<Field | 'form', string>>;
type Field =
	| 'name'
	| 'email'
	| 'password'
	| 'newPassword'
	| 'organization'
	| 'role'
	| 'slug'
	| 'days'
	| 'scopes'
	| 'expires';

export type Read<Values> = { ok: true; values: Values } | { ok: false; faults: Faults };

/** Characters, by RFC 5321 (4.5.3.1.3, without the angle brackets). */
const longestEmail = 254;
const longestName = 100;
const emailForm = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u;
const longEmail = `An e-mail address has at most ${longestEmail} characters.`;
const longName = `Use at most ${longestName} characters.`;

/** Runs before anything reads the whole text, of any length: NFC can shrink it to a quarter, blanks aside. */
const notOverlong = (longest: number, message: string) =>
	v.maxLength<string, number, string>(4 * longest, message);

export const email = v.pipe(
	v.string('Enter your e-mail address.'),
	notOverlong(longestEmail, longEmail),
	v.trim(),
	v.normalize('NFC'),
	v.toLowerCase(),
	v.nonEmpty('Enter your e-mail address.'),
	v.maxLength(longestEmail, longEmail),
	v.regex(emailForm, 'Enter a valid address, e.g. ada@example.com.')
);

/** A line of text as people write it, shown back to others. */
export const line = v.pipe(
	v.string('Enter a name.'),
	notOverlong(longestName, longName),
	v.trim(),
	v.normalize('NFC'),
	v.maxLength(longestName, longName),
	v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'Use one line of text.')
);

/** Reads a form (or command-line options) into its values, or says what is wrong with each field. */
export function read<Schema extends v.GenericSchema>(
	schema: Schema,
	data: FormData | Record<string, unknown>
): Read<v.InferOutput<Schema>> {
	const parsed = v.safeParse(schema, data instanceof FormData ? Object.fromEntries(data) : data);
	if (parsed.success) return { ok: true, values: parsed.output };
	const nested = v.flatten(parsed.issues).nested as Record<string, string[] | undefined> | undefined;
	const first = Object.entries(nested ?? {}).map(([field, messages]) => [field, messages?.[0]]);
	return { ok: false, faults: Object.fromEntries(first) };
}
