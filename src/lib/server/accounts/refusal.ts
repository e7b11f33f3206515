import type { Faults } from './forms.ts';

/** Why a form was not followed, with what to say and the HTTP status of the answer. */
export type Refused = { ok: false; status: 400 | 401 | 403 | 404 | 409 | 410; faults: Faults } | TooMany;

/** A limit was reached (see rate-limits.ts). */
export interface TooMany {
	ok: false;
	status: 429;
	faults: Faults;
	/** Seconds, as in the header `Retry-After`. */
	retryAfterS: number;
	/** Whether it is the first refusal of its window: the one that is worth recording. */
	isFirst: boolean;
}
