import * as sse from '$server/stream/sse';
import type { Attendant } from '$server/stream/serve';
import type { Sink } from '$server/tail/sink';
import type { Deploy } from '$server/deploys/deploy';

const encoder = new TextEncoder();
const event = (type: string, data: unknown) => encoder.encode(sse.event(type, data));

/**
 * What the stream of a deploy sends besides its log: `reset` for a cursor that the log does not reach, the deploy at the start
 * and on every change, and `end` when it has ended and everything has been sent.
 */
export function attend(options: {
	deploy: Deploy;
	reset: boolean;
	isEnded(deploy: Deploy): boolean;
	show(deploy: Deploy): unknown;
	subscribe(receive: (deploy: Deploy) => void): () => void;
}): (sink: Sink) => Attendant {
	return (sink) => {
		let { deploy } = options;
		let sentTo = -1;
		if (options.reset) sink.write(event('reset', {}));
		sink.write(event('deploy', options.show(deploy)));
		const unsubscribe = options.subscribe((changed) => {
			deploy = changed;
			sink.write(event('deploy', options.show(deploy)));
			endWhenSent();
		});

		function endWhenSent(): void {
			if (!options.isEnded(deploy) || sentTo < deploy.size || sink.closed()) return;
			sink.write(event('end', { reason: 'finished' }));
			sink.close();
		}

		return {
			tip(cursor) {
				sentTo = cursor;
				endWhenSent();
			},
			leave: unsubscribe
		};
	};
}
