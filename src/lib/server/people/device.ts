import Bowser from 'bowser';

/** No browser sends longer ones, and each pattern would read them to the end. */
const longest = 500; // characters

/** The common name of the browser and device in a `User-Agent`, such as "Firefox on Linux". */
export function nameOf(userAgent: string | null): string {
	if (!userAgent) return 'Unknown device';
	const { browser, os } = Bowser.parse(userAgent.slice(0, longest));
	if (browser.name && os.name) return `${browser.name} on ${os.name}`;
	return browser.name || os.name || 'Unknown device';
}
