import type { Sql } from '../../postgres/connect.ts';
import { transact } from '../../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import type { Owner } from '../users/profile.ts';
import { sessions } from './sessions.ts';

/** Ends the session that a token is for. */
export function signOut(sql: Sql, token: string, owner: Owner): Promise<void> {
	return transact(sql, async (transaction) => {
		await audit.recordOfAccount(transaction, owner.id, owner, { action: 'signed out' });
		await sessions(transaction).end(token);
	});
}

/** Ends one of the owner's sessions by its id; whether there was one. Those of others are none. */
export function endOne(sql: Sql, id: string, owner: Owner): Promise<boolean> {
	return transact(sql, async (transaction) => {
		const isEnded = await sessions(transaction).endById(owner.id, id);
		if (isEnded) await audit.recordOfAccount(transaction, owner.id, owner, { action: 'ended a session' });
		return isEnded;
	});
}

/** Ends all sessions of the owner but the one with this id; returns how many. */
export function endOthers(sql: Sql, exceptId: string | null, owner: Owner): Promise<number> {
	return transact(sql, async (transaction) => {
		const ended = await sessions(transaction).endAll(owner.id, exceptId);
		if (ended === 0) return 0;
		const details = { 'ended sessions': ended };
		await audit.recordOfAccount(transaction, owner.id, owner, {
			action: 'ended all other sessions',
			details
		});
		return ended;
	});
}
