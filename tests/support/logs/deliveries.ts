import { EventEmitter, once } from 'node:events';
import type { Watch } from '../../../src/lib/server/outbox/courier.ts';

export interface Kept {
	readonly watch: Watch;
	/** What was reported, in order. */
	readonly told: string[];
	/** Resolves when this many of a kind have been reported. */
	until(what: 'delivered' | 'postponed' | 'dropped', count?: number): Promise<void>;
}

/** Keeps reports about deliveries. A failure of the outbox itself is an error unless `failed` says otherwise. */
export function keepTold(failed: (error: unknown) => void = rethrow): Kept {
	const told: string[] = [];
	const news = new EventEmitter();
	const tell = (what: string) => () => {
		told.push(what);
		news.emit('told');
	};
	const watch = {
		delivered: tell('delivered'),
		postponed: tell('postponed'),
		dropped: tell('dropped'),
		failed
	};
	async function until(what: string, count = 1): Promise<void> {
		while (told.filter((one) => one === what).length < count) await once(news, 'told');
	}
	return { watch, told, until };
}

function rethrow(error: unknown): never {
	throw error;
}
