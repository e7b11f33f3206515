import * as digits from '$log/digits';
import type { Entry } from '$log/entry';
import type { Line } from '$server/logs/source';
import type { Found } from '$server/search/found';

/** A line that a search has found, as streams send it. */
export class FoundLine implements Line {
	readonly seq: number;
	readonly json: string;

	constructor({ seq, json }: Found) {
		this.seq = seq;
		this.json = json;
	}

	get size(): number {
		return this.json.length;
	}

	get entry(): Entry {
		return digits.parse(this.json) as Entry;
	}
}
