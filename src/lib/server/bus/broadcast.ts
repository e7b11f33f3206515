/**
 * Passes messages on to the subscribers that a topic has at that moment in this process. Messages that must not be missed
 * belong in a stream with a cursor instead.
 */
export class Broadcast<Message> {
	readonly #receivers = new Map<string, Set<(message: Message) => void>>();

	/** The returned function unsubscribes; it is idempotent. */
	subscribe(topic: string, receive: (message: Message) => void): () => void {
		const own = (message: Message) => receive(message);
		const receivers = this.#receivers.get(topic) ?? new Set();
		this.#receivers.set(topic, receivers.add(own));
		return () => {
			receivers.delete(own);
			if (receivers.size === 0 && this.#receivers.get(topic) === receivers) this.#receivers.delete(topic);
		};
	}

	send(topic: string, message: Message): void {
		for (const receive of [...(this.#receivers.get(topic) ?? [])]) receive(message);
	}
}
