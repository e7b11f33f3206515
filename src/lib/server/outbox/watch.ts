import type { Logger } from 'pino';
import type { Watch } from './courier.ts';
import type { Delivery } from './delivery.ts';

interface Counters {
	delivered(kind: string): void;
	postponed(kind: string): void;
	dropped(kind: string): void;
}

/** Counts and logs what happens to the deliveries of a kind; never their contents. */
export function watchOf(kind: string, log: Logger, counters: Counters): Watch {
	const about = ({ id, attempt }: Delivery<unknown>, error: unknown) => ({ err: error, kind, id, attempt });
	return {
		delivered: () => counters.delivered(kind),
		postponed(delivery, error, retryMs) {
			counters.postponed(kind);
			log.warn({ ...about(delivery, error), retryMs }, 'a delivery failed and will be tried again');
		},
		dropped(delivery, error) {
			counters.dropped(kind);
			log.error(about(delivery, error), 'a delivery was given up');
		},
		failed: (error) => log.error({ err: error, kind }, 'the outbox could not be read or written')
	};
}
