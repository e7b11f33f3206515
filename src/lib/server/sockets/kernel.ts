import { readFileSync } from 'node:fs';

/**
 * Datagrams that the system dropped because nobody read them in time, by the port and host of the socket. Source: proc(5),
 * /proc/net/udp, the last column; 0 where there is no such file.
 */
export function unreadBy(port: number, host: string): number {
	const isSix = host.includes(':');
	const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	const rows = read(isSix ? '/proc/net/udp6' : '/proc/net/udp')
		.split('\n')
		.slice(1);
	const own = rows.map((row) => row.trim().split(/\s+/)).filter(([, local = '']) => local.endsWith(suffix));
	const exact = isSix ? own : own.filter(([, local = '']) => local.startsWith(hexOf(host)));
	return exact.reduce((sum, columns) => sum + Number(columns.at(-1)), 0);
}

/** An IPv4 address as the file has it on a little-endian machine. */
function hexOf(host: string): string {
	const bytes = host.split('.').map(Number);
	return Buffer.from(bytes.reverse()).toString('hex').toUpperCase();
}

function read(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
		throw error;
	}
}
