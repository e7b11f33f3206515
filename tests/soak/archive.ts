import http from 'node:http';
import { once } from 'node:events';
import { messageOf } from './lines.ts';
import { Scanner, type Other } from './scanner.ts';
import type { Sender } from './senders.ts';
import { isOwn } from './viewer.ts';

/** What an organization has stored, compared with what its sender was promised. */
export interface Archive {
	mark: string;
	/** Lines read, from the first on. */
	lines: number;
	/** The senders' lines among them. */
	sent: number;
	others: Other[];
	faultCount: number;
	/** The first of them. */
	faults: string[];
}

const mostFaults = 20;

/** Streams that are read at the same time from each server. */
const readersEach = 2;

/** Reads all organizations. */
export async function readAll(origins: readonly string[], senders: readonly Sender[]): Promise<Archive[]> {
	const waiting = [...senders];
	const archives: Archive[] = [];
	async function readOn(origin: string): Promise<void> {
		for (let one = waiting.shift(); one; one = waiting.shift()) archives.push(await read(origin, one));
	}
	const readers = Array.from({ length: readersEach }, () => origins).flat();
	await Promise.all(readers.map(readOn));
	return archives;
}

/** Reads all lines of an organization once over HTTP, and compares each, letter by letter, with what was sent. */
async function read(origin: string, { tenant, batches, acknowledged }: Sender): Promise<Archive> {
	const { mark, key } = tenant;
	const archive: Archive = { mark, lines: 0, sent: 0, others: [], faultCount: 0, faults: [] };
	const fault = (what: string) => {
		if (archive.faultCount++ < mostFaults) archive.faults.push(`stored in ${mark}: ${what}`);
	};
	let index = 0;

	function line(seq: number, n: number, bytes: Buffer): void {
		archive.sent++;
		for (let batch = batches[index]; batch && n >= batch.n + batch.count; batch = batches[++index]);
		const batch = batches[index];
		const promised = batch && batch.seq + n - batch.n;
		if (promised !== seq) fault(`line ${n} is at ${seq}, promised at ${promised}`);
		if (!bytes.includes(`"message":"${messageOf(mark, n)}"`)) fault(`line ${n} is ${String(bytes)}`);
	}

	function other(line: Other): void {
		if (!isOwn(line, mark)) fault(`a line of another organization: ${JSON.stringify(line)}`);
		const { seq, service, message, attributes } = line;
		archive.others.push({ seq, service, message, ...(attributes?.deploy && { attributes }) });
	}

	const scanner = new Scanner(mark, 0, { line, other, fault });
	await follow(`${origin}/api/logs/stream?after=0&follow=false`, key, scanner);
	archive.lines = scanner.lines;
	if (scanner.n !== (acknowledged || null))
		fault(`ends with line ${scanner.n} of the sender, ${acknowledged} were acknowledged`);
	if (archive.sent !== acknowledged)
		fault(`${archive.sent} lines of the sender, ${acknowledged} were acknowledged`);
	return archive;
}

/** Resolves when the stream has ended. */
async function follow(url: string, key: string, scanner: Scanner): Promise<void> {
	const request = http.get(url, { agent: false, headers: { authorization: `Bearer ${key}` } });
	const [response] = (await once(request, 'response')) as [http.IncomingMessage];
	if (response.statusCode !== 200) throw new Error(`${url} was answered ${response.statusCode}`);
	for await (const chunk of response) scanner.take(chunk as Buffer);
}
