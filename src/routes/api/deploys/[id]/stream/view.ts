import type { TextChunk } from '$server/deploys/text-chunks';
import type { View } from '$server/tail/lane';
import { sse } from '$server/stream/sse';

const json = ({ offset, line, time, text }: TextChunk) => JSON.stringify({ offset, line, time, text });

/** Every reader of a deploy sees the same, so its log is encoded once for all of them. */
export const view: View<TextChunk> = {
	key: 'log',
	matches: () => true,
	format: sse(json, 'log'),
	window: null
};
