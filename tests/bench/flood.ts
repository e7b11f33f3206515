import { Connection } from './connection.ts';
import { corpus } from './corpus.ts';
import { ndjson } from './lines.ts';

const senders = 8;
/** Lines of one body. */
export const linesOfBody = 1_000;
export const bodies = Array.from({ length: 16 }, (_, index) => corpus(linesOfBody, index + 1));

/** How bodies are sent: as NDJSON, unless a protocol is named. */
export interface Load {
	contentType: string;
	/** The path of `POST`. */
	path: string;
	/** Of 1,000 lines each. */
	bodies: readonly Buffer[];
}

const ofNdjson: Load = { contentType: ndjson, path: '/api/logs', bodies };

/** Whom load is sent to: one server, or several in turn. */
export interface Addressee {
	url: string | readonly string[];
	key: string;
}

/** Lines committed each second while eight senders send one body of 1,000 lines after the other. */
export async function flood(
	{ url, key }: Addressee,
	seconds: number,
	{ contentType, path, bodies }: Load = ofNdjson
): Promise<number> {
	const started = performance.now();
	const until = started + seconds * 1000;
	let lines = 0;
	async function send(first: number): Promise<void> {
		const opening = [url].flat().map((one) => Connection.open(one, key, contentType, `POST ${path}`));
		const connections = await Promise.all(opening);
		for (let turn = first; performance.now() < until; turn++) {
			const connection = connections[turn % connections.length] as Connection;
			const answer = await connection.send(bodies[turn % bodies.length] as Buffer);
			if (answer.status !== 200 && answer.status !== 204)
				throw new Error(`a body was answered ${answer.status}: ${answer.body}`);
			lines += linesOfBody;
		}
		for (const connection of connections) connection.close();
	}
	await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender * 2)));
	return lines / ((performance.now() - started) / 1000);
}
