import { Connection } from './connection.ts';
import { corpus } from './corpus.ts';
import { ndjson } from './lines.ts';
import type { Target } from './targets.ts';

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

/** Lines committed each second while eight senders send one body of 1,000 lines after the other. */
export async function flood(
	{ url, key }: Pick<Target, 'url' | 'key'>,
	seconds: number,
	{ contentType, path, bodies }: Load = ofNdjson
): Promise<number> {
	const started = performance.now();
	const until = started + seconds * 1000;
	let lines = 0;
	async function send(first: number): Promise<void> {
		const connection = await Connection.open(url, key, contentType, `POST ${path}`);
		for (let turn = first; performance.now() < until; turn++) {
			const answer = await connection.send(bodies[turn % bodies.length] as Buffer);
			if (answer.status !== 200 && answer.status !== 204)
				throw new Error(`a body was answered ${answer.status}: ${answer.body}`);
			lines += linesOfBody;
		}
		connection.close();
	}
	await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender * 2)));
	return lines / ((performance.now() - started) / 1000);
}
