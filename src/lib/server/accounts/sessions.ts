import { Lucia, TimeSpan } from 'lucia';
import * as cookies from './cookies.ts';
import { digest } from './digest.ts';
import type { Queryable } from './queryable.ts';
import { sessionAdapter } from './session-adapter.ts';
import type { User } from './users.ts';

export type SessionUser = User;

export interface Session {
	/** What stands in the database: a digest, which is no secret. */
	id: string;
	expiresAt: Date;
	/** Whether it was prolonged just now, so that the cookie must be set again. */
	fresh: boolean;
}

export interface Sessions {
	/** Begins a session of 30 days. The token is for the cookie alone: nobody can find it again. */
	create(userId: string): Promise<{ token: string; expiresAt: Date }>;
	/** Whose session it is, or null. One past the half of its 30 days is prolonged to 30 days from now. */
	validate(token: string): Promise<{ session: Session; user: SessionUser } | null>;
	/** As `validate`, of the cookie, which is renewed or taken away with its session. */
	ofRequest(jar: cookies.Jar, secure: boolean): ReturnType<Sessions['validate']>;
	/** Ends a session, if it is one; the database then wakes the streams that were opened with it. */
	end(token: string): Promise<void>;
	endAll(userId: string): Promise<void>;
	/** Deletes what has expired. */
	forgetOld(): Promise<void>;
}

type Attributes = Omit<User, 'id'>;

declare module 'lucia' {
	interface Register {
		Lucia: Lucia<Record<never, never>, Attributes>;
		DatabaseUserAttributes: Attributes;
	}
}

/** 25 random bytes as Lucia 3 writes them (dist/crypto.js): what cannot be a token costs no query. */
const token = /^[a-z2-7]{40}$/;

/** Sessions by Lucia, known to nobody else: upstream no longer develops it, so it must stay easy to replace. */
export function sessions(sql: Queryable): Sessions {
	const lucia = new Lucia(sessionAdapter(sql), {
		sessionExpiresIn: new TimeSpan(30, 'd'),
		getUserAttributes: (attributes) => attributes
	});

	async function create(userId: string) {
		const { id, expiresAt } = await lucia.createSession(userId, {});
		return { token: id, expiresAt };
	}

	async function validate(id: string) {
		if (!token.test(id)) return null;
		const { session, user } = await lucia.validateSession(id);
		if (!session) return null;
		return { session: { id: digest(id), expiresAt: session.expiresAt, fresh: session.fresh }, user };
	}

	async function ofRequest(jar: cookies.Jar, secure: boolean) {
		const id = cookies.session(jar);
		if (id === null) return null;
		const found = await validate(id);
		if (!found) cookies.removeSession(jar, secure);
		if (found?.session.fresh) cookies.setSession(jar, { token: id, ...found.session }, secure);
		return found;
	}

	return {
		create,
		validate,
		ofRequest,
		end: (id) => lucia.invalidateSession(id),
		endAll: (userId) => lucia.invalidateUserSessions(userId),
		forgetOld: () => lucia.deleteExpiredSessions()
	};
}
