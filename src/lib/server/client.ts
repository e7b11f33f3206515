import { BlockList, isIP } from 'node:net';

/** What is read of a request's headers; names are in lower case. */
export type RequestHeaders = Pick<Headers, 'get' | 'has'>;

/** Whether an address belongs to a proxy of ours. */
export type IsTrusted = (address: string) => boolean;

/** Reads `TRUSTED_PROXIES`: addresses and CIDR ranges, separated by commas. Null if an item is neither. */
export function trusted(list: string): IsTrusted | null {
	const blocks = new BlockList();
	for (const part of list.split(',').map((part) => part.trim())) {
		const [address = '', bits, ...rest] = part.split('/');
		const family = familyOf(address);
		const most = family === 'ipv4' ? 32 : 128;
		const isRange = bits !== undefined;
		if (!family || rest.length > 0) return null;
		if (isRange && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return null;
		blocks.addSubnet(address, isRange ? Number(bits) : most, family);
	}
	return (address) => {
		const plain = plainOf(address);
		const family = familyOf(plain);
		return family !== null && blocks.check(plain, family);
	};
}

/**
 * The client's network address. `X-Forwarded-For` is read from its end, for as long as each hop is a trusted proxy: anyone can
 * have written what precedes that.
 */
export function addressOf(peer: string, forwardedFor: string | null, isTrusted: IsTrusted): string {
	const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
	let client = plainOf(peer);
	while (isTrusted(client)) {
		const hop = plainOf(withoutPort(hops.pop() ?? ''));
		if (familyOf(hop) === null) break;
		client = hop;
	}
	return client;
}

/** Whether the browser uses https, as reported by a proxy that terminates TLS. */
export function isHttps(
	protocol: string,
	peer: string,
	forwarded: string | null,
	isTrusted: IsTrusted
): boolean {
	if (protocol === 'https:') return true;
	return forwarded?.split(',').at(-1)?.trim().toLowerCase() === 'https' && isTrusted(peer);
}

/** What is known of a connection besides its headers. */
export interface Peer {
	/** The address of the other end. */
	peer: string;
	/** `1.0`, `1.1`; undefined if unknown. */
	httpVersion: string | undefined;
	/** ORIGIN, if it is set. */
	origin: string | null;
	isTrustedProxy: IsTrusted;
}

/**
 * Whether a request comes from a program on this machine, not through a proxy on it. Its peer alone does not show it: a proxy's
 * requests also come from 127.0.0.1, and nginx by default adds no header and calls us 127.0.0.1. But nginx then speaks
 * HTTP/1.0, and an ORIGIN elsewhere or a trusted peer reveal a proxy.
 */
export function isThisMachine(
	headers: RequestHeaders,
	{ peer, httpVersion, origin, isTrustedProxy }: Peer
): boolean {
	if (!isLoopback(plainOf(peer)) || isTrustedProxy(peer)) return false;
	if (isForwarded(headers) || httpVersion === '1.0') return false;
	if (origin !== null && !isLoopback(new URL(origin).hostname)) return false;
	const host = `http://${headers.get('host') ?? ''}`;
	return URL.canParse(host) && isLoopback(new URL(host).hostname);
}

/**
 * Headers that proxies add: de facto names, RFC 7239 and 9110, and those of nginx's examples, Akamai, Cloudflare and Fastly.
 */
const forwarding = [
	...['for', 'proto', 'host', 'port', 'server', 'by', 'scheme', 'ssl'].map((name) => `x-forwarded-${name}`),
	...['forwarded', 'via', 'x-forwarded', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip'],
	...['true-client-ip', 'cf-connecting-ip', 'fastly-client-ip']
];

/** Whether some proxy has added a header about the request's origin. */
export function isForwarded(headers: RequestHeaders): boolean {
	return forwarding.some((name) => headers.has(name));
}

/** An address or host name, IPv6 with or without brackets, that always means the machine itself. */
function isLoopback(name: string): boolean {
	return /^127\.\d+\.\d+\.\d+$|^\[?::1\]?$|^(.+\.)?localhost$/i.test(name);
}

/** An IPv4 address in IPv6 counts as itself. */
export function plainOf(address: string): string {
	return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** Some proxies include the connection's port. */
function withoutPort(hop: string): string {
	return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
	const version = isIP(address);
	if (version === 0) return null;
	return version === 4 ? 'ipv4' : 'ipv6';
}
