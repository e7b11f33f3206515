/** What a run does, and when; times in ms from its beginning. */
export interface Plan {
	durationMs: number;
	organizations: number;
	/** Of all organizations together. */
	linesPerSecond: number;
	viewers: number;
	/** How long a viewer stays, on average. */
	stayMs: number;
	deployers: number;
	/** When a server is ended: killed, but every third one stopped as an operator does. */
	kills: readonly { at: number; signal: 'SIGKILL' | 'SIGTERM' }[];
	restarts: readonly { at: number; how: 'fast' | 'immediate' }[];
	/** Between two keys that are created, used and revoked. */
	revokeMs: number;
	sampleMs: number;
}

const minute = 60_000;
/** Between two ends of servers, in an hour; shorter runs have at least three of them. */
const killEveryMs = 3 * minute;

/** Whole minutes, at least one. @throws with what to type. */
export function minutesOf(args: readonly string[]): number {
	const [given = ''] = args;
	if (args.length === 1 && /^[1-9]\d{0,4}$/.test(given)) return Number(given);
	const wrong = args.length === 0 ? 'No duration was given' : `"${args.join(' ')}" is not a duration`;
	throw new Error(`${wrong}: say how many minutes, a whole number from 1 on, such as "npm run soak -- 60".`);
}

/** SOAK_LINES (a second) and SOAK_VIEWERS make it lighter, for work on the soak itself. */
export function planFor(minutes: number, env: Record<string, string | undefined> = {}): Plan {
	const durationMs = minutes * minute;
	const everyMs = Math.min(killEveryMs, durationMs / 4);
	const kills = Array.from({ length: Math.ceil(durationMs / everyMs) - 1 }, (_, index) => ({
		at: (index + 1) * everyMs,
		signal: index % 3 === 2 ? ('SIGTERM' as const) : ('SIGKILL' as const)
	}));
	return {
		durationMs,
		organizations: 20,
		linesPerSecond: Number(env.SOAK_LINES || 2_000),
		viewers: Number(env.SOAK_VIEWERS || 500),
		stayMs: Math.min(2 * minute, durationMs / 3),
		deployers: 6,
		kills,
		restarts: [
			{ at: between(0.35 * durationMs, everyMs), how: 'fast' },
			{ at: between(0.65 * durationMs, everyMs), how: 'immediate' }
		],
		revokeMs: 12_000, // 60 refusals a minute are allowed from one network
		sampleMs: Math.min(10_000, durationMs / 60)
	};
}

/** The middle between two ends of servers that is nearest: one fault at a time can be told from another. */
function between(at: number, everyMs: number): number {
	return (Math.floor(at / everyMs) + 0.5) * everyMs;
}
