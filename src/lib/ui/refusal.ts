const unreachable = 'Tailrace cannot be reached. Check your connection and try again.';
const unreadable = 'Something between you and Tailrace answered instead of it. Try again shortly.';

/**
 * The message for an answer that is not an action's: an error of SvelteKit's, a problem document (RFC 9457), a proxy's page, or
 * nothing. Null for an action's own answers, and for a link that is gone (410), which is an error page.
 */
export function refusalIn(answer: unknown): string | null {
	const { type, status, error, detail, message } = fieldsOf(answer);
	if (type === 'success' || type === 'failure' || type === 'redirect') return null;
	if (type === 'error' && status === 410) return null;
	if (error instanceof SyntaxError) return unreadable; // not JSON, so not our answer
	if (error instanceof Error) return unreachable;
	return textIn(detail) ?? textIn(fieldsOf(error).message) ?? textIn(message) ?? unreadable;
}

function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}

const textIn = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
