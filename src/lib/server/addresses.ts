import { isIP } from 'node:net';

// What the addresses in settings look like.

/** `0.0.0.0:4317` or `[::]:4317`; null if a text is neither. */
export function endpointOf(text: string): { host: string; port: number } | null {
	const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
	const host = bracketed ?? plain ?? '';
	return isHost(host) && Number(port) <= 65_535 ? { host, port: Number(port) } : null;
}

export function isDatabaseUrl(text: string): boolean {
	// Several hosts, as libpq allows, are not a valid URL: all but the first are left out of the check.
	const single = text.replace(/(@[^,/?]*),[^/?]*/, '$1');
	return /^postgres(ql)?:\/\//.test(text) && (URL.canParse(text) || URL.canParse(single));
}

export function isOrigin(text: string): boolean {
	const url = URL.parse(text);
	return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

export function isSmtpUrl(text: string): boolean {
	const url = URL.parse(text);
	return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '';
}

export function isHost(text: string): boolean {
	return isIP(text) > 0 || /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(text);
}
