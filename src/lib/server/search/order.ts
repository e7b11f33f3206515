/** The order in which a search gives its lines. */
export interface Order {
	/** By the time that a line says and then its number, or by its number alone: as the lines arrived. */
	by: 'time' | 'seq';
	newestFirst: boolean;
}

/** A line's place in the order of a search. What comes first has the greater `rank`, and of equal ones the greater `tie`. */
export interface Place {
	rank: number;
	tie: number;
}

/** The place of a line. `time` is in epoch milliseconds. */
export function placeOf({ by, newestFirst }: Order, time: number, seq: number): Place {
	const sign = newestFirst ? 1 : -1;
	return { rank: sign * (by === 'time' ? time : seq), tie: sign * seq };
}

/** For sorting: what comes first is smaller. */
export const compare = (a: Place, b: Place): number => b.rank - a.rank || b.tie - a.tie;

/** The greatest rank that a line of a chunk may have. */
export function rankOf(
	{ by, newestFirst }: Order,
	chunk: { first_seq: number; last_seq: number; time_from: number; time_to: number }
): number {
	if (newestFirst) return by === 'time' ? chunk.time_to : chunk.last_seq;
	return -(by === 'time' ? chunk.time_from : chunk.first_seq);
}
