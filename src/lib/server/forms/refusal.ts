import type { Faults } from './forms.ts';

/** Why a form was refused, with the text to show and the HTTP status. */
export type Refused = { ok: false; status: 400 | 401 | 403 | 404 | 409 | 410; faults: Faults } | TooMany;

/** A limit was reached (see rate-limits.ts). */
export interface TooMany {
	ok: false;
	status: 429;
	faults: Faults;
	/** Seconds, as in the header `Retry-After`. */
	retryAfterS: number;
	/** Whether it is the first refusal of its window, the one worth recording. */
	isFirst: boolean;
}
