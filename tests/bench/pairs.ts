/** Rounds of two kinds, in the order of their pairs. */
export type Pairs<Round> = [Round[], Round[]];

/** Rounds of two kinds by turns, so that both meet the same machine; which of them begins a pair changes. */
export async function byTurns<Round>(
	pairs: number,
	run: (kind: 0 | 1) => Promise<Round>
): Promise<Pairs<Round>> {
	const rounds: Pairs<Round> = [[], []];
	for (let pair = 0; pair < pairs; pair++)
		for (const kind of pair % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
			rounds[kind].push(await run(kind));
	return rounds;
}

/** The second kind as a multiple of the first: the middle one of all pairs, because the machine's speed changes within a minute. */
export function ratio<Round>([first, second]: Pairs<Round>, of: (round: Round) => number): number {
	return middle(second.map((round, pair) => of(round) / of(first[pair] as Round)));
}

export function middle(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
