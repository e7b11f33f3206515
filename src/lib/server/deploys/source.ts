import { isFinished, type Address } from './deploy.ts';
import * as bytes from './bytes.ts';
import { textChunks, type TextChunk } from './text-chunks.ts';
import { range, walk } from './range.ts';
import type { DeployStore } from './store.ts';

/** Approximate bytes per read. */
const page = 1024 * 1024;
/** Bytes at the end of a log that contain everything that may be held back. */
const mostHeld = 4 * 1024;

/** The source of a deploy's topic: its log as text, with the offset in bytes as the cursor. */
export function deploySource({ records, chunks }: DeployStore, org: string, id: string) {
	const ended = async () => {
		const at = await records.positionOf(org, id);
		return at !== null && isFinished(at.status);
	};

	/** The end of what can be shown now; 0 if there is no such deploy. */
	async function head(): Promise<number> {
		const at = await records.positionOf(org, id);
		if (!at || isFinished(at.status)) return at?.size ?? 0;
		const from = Math.max(0, at.size - mostHeld);
		const tail = Buffer.concat(await Array.fromAsync(range(chunks, org, id, { from, to: at.size })));
		return from + bytes.complete(tail);
	}

	/** The chunks after an offset, wherever that lies: at most `limit`, about 1 MiB of them. */
	async function after(cursor: number, limit: number): Promise<{ items: TextChunk[]; more: boolean }> {
		const items: TextChunk[] = [];
		for await (const chunk of textChunks(walk(chunks, org, id, cursor), ended)) {
			items.push(chunk);
			if (items.length === limit || chunk.end - cursor >= page) return { items, more: true };
		}
		return { items, more: false };
	}

	return {
		head,
		after,
		cursorOf: ({ end }: TextChunk) => end,
		/** Text, roughly, at two bytes a character. */
		bytesOf: ({ text }: TextChunk) => 2 * text.length + 100
	};
}

/** The topic of a deploy's log. */
export const topicOf = ({ org, id }: Address) => `deploy:${org}/${id}`;

export function addressOf(topic: string): Address {
	const [org = '', id = ''] = topic.slice('deploy:'.length).split('/');
	return { org, id };
}
