/** Where to send to, and with which key. */
export interface Server {
	url: URL;
	key: string;
}

/** The usage text of the options for it; the key needs a permission. */
export const usageFor = (permission: 'read' | 'write') =>
	`  --url URL             the server (default: TAILRACE_URL)
  --key KEY             an API key with ${permission} permission (default: TAILRACE_KEY)`;

/** The server named by options or environment, or what is missing. */
export function find(
	{ url = '', key = '' }: { url?: string | undefined; key?: string | undefined },
	env: NodeJS.ProcessEnv
): { ok: true; server: Server } | { ok: false; fault: string } {
	const address = read(url || env.TAILRACE_URL || '');
	const secret = key || env.TAILRACE_KEY || '';
	if (!address) {
		const fault = 'no server address: set TAILRACE_URL or --url, for example to https://logs.example.com';
		return { ok: false, fault };
	}
	if (!/^[\x21-\x7e]+$/.test(secret)) return { ok: false, fault: 'no API key: set TAILRACE_KEY or --key' };
	return { ok: true, server: { url: address, key: secret } };
}

/** With a trailing slash, so that relative paths stay below it. */
function read(text: string): URL | null {
	if (!URL.canParse(text)) return null;
	const url = new URL(text);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
	if (url.username || url.password) return null; // fetch refuses it
	url.pathname = url.pathname.replace(/\/*$/, '/');
	url.search = url.hash = '';
	return url;
}
