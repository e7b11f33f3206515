import { BlockList, isIP } from 'node:net';

/** Whether an address belongs to a proxy of ours. */
export type IsTrusted = (address: string) => boolean;

/** Reads `TRUSTED_PROXIES`: addresses and CIDR ranges, separated by commas. Null if one of them is neither. */
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
 * The network address of the client. `X-Forwarded-For` is read from its end, as far as each hop is a proxy that we
 * trust: what stands before that, anybody can have written.
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

/** Whether the browser speaks https, which a proxy that ends TLS says for it. */
export function isHttps(
	protocol: string,
	peer: string,
	forwarded: string | null,
	isTrusted: IsTrusted
): boolean {
	if (protocol === 'https:') return true;
	return forwarded?.split(',').at(-1)?.trim().toLowerCase() === 'https' && isTrusted(peer);
}

/** An IPv4 address in IPv6 is itself. */
function plainOf(address: string): string {
	return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** Some proxies write the port of the connection, too. */
function withoutPort(hop: string): string {
	return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
	const version = isIP(address);
	if (version === 0) return null;
	return version === 4 ? 'ipv4' : 'ipv6';
}
