import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import * as sessions from './sessions.ts';

/** Ends the session of a token. */
export function signOut(sql: Sql, token: string, person: audit.Person): Promise<void> {
	return transact(sql, async (transaction) => {
		await audit.recordOfAccount(transaction, person.id, person, { action: 'signed out' });
		await sessions.end(transaction, token);
	});
}

/** Ends one of a person's own sessions by its id; returns whether there was one. Other people's count as missing. */
export function endOne(sql: Sql, id: string, person: audit.Person): Promise<boolean> {
	return transact(sql, async (transaction) => {
		const isEnded = await sessions.endById(transaction, person.id, id);
		if (isEnded) await audit.recordOfAccount(transaction, person.id, person, { action: 'ended a session' });
		return isEnded;
	});
}

/** Ends all of a person's sessions except the one with this id; returns how many. */
export function endOthers(sql: Sql, exceptId: string | null, person: audit.Person): Promise<number> {
	return transact(sql, async (transaction) => {
		const ended = await sessions.endAll(transaction, person.id, exceptId);
		if (ended === 0) return 0;
		const details = { 'ended sessions': ended };
		await audit.recordOfAccount(transaction, person.id, person, {
			action: 'ended all other sessions',
			details
		});
		return ended;
	});
}
