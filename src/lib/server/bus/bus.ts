/** A subscriber's callback, without arguments. A wake-up says "look", never what there is to see. */
export type Wake = () => void;

/** Told when a topic's first subscriber arrives and when its last one leaves. */
export interface Bridge {
	listen(topic: string): void;
	unlisten(topic: string): void;
}

export interface Bus {
	/** Calls `wake` whenever the topic may have moved. The returned function unsubscribes; both are idempotent. */
	subscribe(topic: string, wake: Wake): () => void;
	/** Wakes the subscribers of one topic. */
	wake(topic: string): void;
	/** Wakes every subscriber: after a cut, when what was missed is unknown. */
	wakeAll(): void;
	/** The topics with a subscriber now. */
	topics(): string[];
}

/**
 * Counts the subscribers of each topic and passes wake-ups on to them. A topic that another process can move is announced to a
 * bridge (see postgres.ts) with its first subscriber; a topic of this process needs none.
 */
export function bus(bridge?: Bridge): Bus {
	const subscribers = new Map<string, Set<Wake>>();

	function subscribe(topic: string, wake: Wake): () => void {
		const own: Wake = () => wake(); // the same function subscribed twice is two subscriptions
		const wakes = subscribers.get(topic) ?? announce(topic);
		wakes.add(own);
		return () => unsubscribe(topic, own);
	}

	function announce(topic: string): Set<Wake> {
		const wakes = new Set<Wake>();
		subscribers.set(topic, wakes);
		bridge?.listen(topic);
		return wakes;
	}

	function unsubscribe(topic: string, wake: Wake): void {
		const wakes = subscribers.get(topic);
		if (!wakes?.delete(wake) || wakes.size > 0) return;
		subscribers.delete(topic);
		bridge?.unlisten(topic);
	}

	return {
		subscribe,
		wake: (topic) => subscribers.get(topic)?.forEach((wake) => wake()),
		wakeAll: () => subscribers.forEach((wakes) => wakes.forEach((wake) => wake())),
		topics: () => [...subscribers.keys()]
	};
}
