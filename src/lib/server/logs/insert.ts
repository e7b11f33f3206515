import { isDistributed } from '../postgres/citus.ts';
import type { Sql } from '../postgres/connect.ts';
import { atOnce } from './insert-at-once.ts';
import { inSteps } from './insert-in-steps.ts';
import type { Insert } from './insertion.ts';

const known = new WeakMap<Sql, Promise<Insert>>();

/** How a database takes chunks. It is asked once: `tailrace distribute` changes it only while no server runs. */
export function insertOf(sql: Sql): Promise<Insert> {
	const found =
		known.get(sql) ??
		isDistributed(sql).then(
			(isDistributed) => (isDistributed ? inSteps : atOnce),
			(error: unknown) => {
				known.delete(sql);
				throw error;
			}
		);
	known.set(sql, found);
	return found;
}
