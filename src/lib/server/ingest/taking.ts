import type { Refused } from '../http/problem.ts';
import type { Format } from './protocols/format.ts';
import type { Result } from './protocols/protocol.ts';

/** A body that has come in whole, from somebody who may send lines. */
export interface Body {
	/** The organization's id. */
	org: string;
	format: Format;
	/** Given away. */
	bytes: Buffer;
	contentType: string | null;
	/** Of the path and the query. */
	parameters: Readonly<Record<string, string>>;
	/** Those that the format's decoder reads. */
	headers: Readonly<Record<string, string>>;
	idempotencyKey: string | null;
}

/** What became of a body: its lines are stored, except those that were rejected, or nothing is. */
export type Taken = { ok: true; result: Result; told: unknown } | { ok: false; refused: Refused };

/** The way of every body from its sender to the store, whatever protocol it came by (composition/taking.ts). */
export interface Taking {
	/** Why a body of this many bytes (0: it does not say) cannot be taken now; null if it can. Ask before reading it. */
	refusal(announced: number): Refused | null;
	/** Decodes a body and stores its lines. Resolves after the commit, or when it is certain that there was none. */
	take(body: Body): Promise<Taken>;
}
