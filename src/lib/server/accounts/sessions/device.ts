import Bowser from 'bowser';

/** Longer ones are no browser's, and each pattern would read them to the end. */
const longest = 500; // characters

/** What people call the program and the machine that a `User-Agent` speaks of, such as "Firefox on Linux". */
export function nameOf(userAgent: string | null): string {
	if (!userAgent) return 'Unknown device';
	const { browser, os } = Bowser.parse(userAgent.slice(0, longest));
	if (browser.name && os.name) return `${browser.name} on ${os.name}`;
	return browser.name || os.name || 'Unknown device';
}
