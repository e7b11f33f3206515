import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { trusted } from './client.ts';

/** What is spoken on a socket, by the variable that lists its listeners. */
const protocols = { SYSLOG_LISTEN: 'syslog', GELF_LISTEN: 'gelf', FORWARD_LISTEN: 'forward' } as const;
type Variable = keyof typeof protocols;
export type SocketProtocol = (typeof protocols)[Variable];
type Transport = 'udp' | 'tcp' | 'tls';

/** Where lines are taken over a socket, and whose they are: one URL of SYSLOG_LISTEN, GELF_LISTEN or FORWARD_LISTEN. */
export interface Listener {
	protocol: SocketProtocol;
	transport: Transport;
	/** An address of this machine, without brackets. */
	host: string;
	/** 0: any free one. */
	port: number;
	/** The slug of the organization; null: each line brings a key in its structured data. */
	org: string | null;
	/** For lines that name none. */
	service: string | null;
	/** Of the IANA database, for times without a zone. */
	zone: string;
	/** Whether an address may send; by default all may. */
	allows(address: string): boolean;
	/** PEM, and where it was read; null without TLS. */
	tls: { cert: string; key: string; paths: { cert: string; key: string } } | null;
	/** What clients of Forward must know; null: nothing. */
	secret: string | null;
}

/** The listener's address as in its URL. */
export function addressOf({ transport, host, port }: Pick<Listener, 'transport' | 'host' | 'port'>): string {
	return `${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const transports: Record<SocketProtocol, readonly Transport[]> = {
	syslog: ['udp', 'tcp', 'tls'],
	gelf: ['udp', 'tcp', 'tls'],
	forward: ['tcp', 'tls']
};

/** Reads the three variables; every fault names its variable and its listener, and repeats no secret. */
export function read(env: Partial<Record<Variable, string | undefined>>): {
	listeners: Listener[];
	faults: string[];
} {
	const listeners: Listener[] = [];
	const faults: string[] = [];
	for (const variable of Object.keys(protocols) as Variable[]) {
		for (const item of split(env[variable] ?? '')) {
			const read = readOne(item, protocols[variable]);
			if (Array.isArray(read))
				faults.push(...read.map((fault) => `${variable} has ${shown(item)}: ${fault}`));
			else if (listeners.some((other) => isSame(other, read)))
				faults.push(
					`${variable} has ${shown(item)}: expected another port, this one is taken by a listener above`
				);
			else listeners.push(read);
		}
	}
	return { listeners, faults };
}

/** URLs may have commas in their parameters: a new one begins with its scheme. */
const split = (list: string) => list.split(/[\s,]+(?=[a-z]+:\/\/)|\s+/).filter((item) => item !== '');

/** What stands before the parameters, which may hold a secret. */
const shown = (item: string) => `"${item.split('?', 1)[0]}"`;

const isSame = (one: Listener, other: Listener) =>
	one.port !== 0 &&
	one.port === other.port &&
	one.host === other.host &&
	(one.transport === 'udp') === (other.transport === 'udp');

/** The listener of a URL, or what is wrong with it. */
function readOne(item: string, protocol: SocketProtocol): Listener | string[] {
	const url = URL.parse(item);
	const transport = url?.protocol.slice(0, -1) as Transport;
	const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
	const isAddress = url && isIP(host) > 0 && url.port !== '' && ['', '/'].includes(url.pathname);
	if (!isAddress || url.username || url.hash || !transports[protocol].includes(transport))
		return [
			`expected ${transports[protocol].join(', ')} with an IP address and a port, like ${example(protocol)}`
		];
	const options = url.searchParams;
	const faults = unknownOptions(options, protocol, transport);
	const allow = options.getAll('allow').join(',');
	const allows = allow === '' ? () => true : trusted(allow);
	if (!allows) faults.push('expected addresses or ranges like 10.0.0.0/8, separated by commas, for "allow"');
	const zone = options.get('zone') ?? 'UTC';
	if (!isZone(zone)) faults.push(`expected a time zone like Europe/Berlin for "zone", not "${zone}"`);
	const tls = transport === 'tls' ? readTls(options, faults) : null;
	checkOwner(options, faults);
	if (faults.length > 0 || !allows) return faults;
	return {
		protocol,
		transport,
		host,
		port: Number(url.port),
		org: options.get('org'),
		service: options.get('service'),
		zone,
		allows,
		tls,
		secret: options.get('secret')
	};
}

const example = (protocol: SocketProtocol) => `${transports[protocol][0]}://0.0.0.0:5514?org=acme`;

function unknownOptions(options: URLSearchParams, protocol: SocketProtocol, transport: Transport): string[] {
	const known = ['org', 'service', 'allow'];
	if (protocol === 'syslog') known.push('zone', 'auth');
	if (protocol === 'forward') known.push('secret');
	if (transport === 'tls') known.push('cert', 'key');
	const unknown = [...new Set(options.keys())].filter((name) => !known.includes(name));
	const empty = [...options].filter(([, value]) => value === '').map(([name]) => name);
	return [
		...unknown.map((name) => `"${name}" is no option here: expected some of ${known.join(', ')}`),
		...empty.map((name) => `expected a value for "${name}"`)
	];
}

function checkOwner(options: URLSearchParams, faults: string[]): void {
	const auth = options.get('auth');
	if (auth !== null && auth !== 'sd') faults.push('expected auth=sd, for API keys in structured data');
	if ((auth === null) === (options.get('org') === null))
		faults.push('expected either org=<the organization in its URLs>, or for syslog auth=sd');
}

function readTls(options: URLSearchParams, faults: string[]): Listener['tls'] {
	const paths = { cert: options.get('cert'), key: options.get('key') };
	if (paths.cert === null || paths.key === null) {
		faults.push('expected cert=/path and key=/path of PEM files for TLS');
		return null;
	}
	try {
		return loadTls({ cert: paths.cert, key: paths.key });
	} catch (error) {
		faults.push(`the certificate or its key cannot be used: ${(error as Error).message}`);
		return null;
	}
}

/** Reads a certificate and its key. Throws if they cannot be read, or do not belong together. */
export function loadTls(paths: { cert: string; key: string }): NonNullable<Listener['tls']> {
	const [cert, key] = [readFileSync(paths.cert, 'utf8'), readFileSync(paths.key, 'utf8')];
	createSecureContext({ cert, key });
	return { cert, key, paths };
}

function isZone(zone: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: zone });
		return true;
	} catch {
		return false; // a RangeError: there is no such zone
	}
}
