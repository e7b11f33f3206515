import type { KeyRequest } from '$server/access/key-use';
import type { ShownKey } from '$server/access/key-list';

/** The last request with a key, for a page. */
export interface LastRequest extends KeyRequest {
	/** ISO 8601. */
	at: string;
	address: string | null;
}

export function lastRequest({ lastUse }: ShownKey): LastRequest | null {
	if (!lastUse) return null;
	const { at, address, request } = lastUse;
	return { ...request, at: at.toISOString(), address };
}

/** A key for a page: times in ISO 8601. */
export function present(key: ShownKey) {
	const { id, name, prefix, scopes, createdBy, isExpired } = key;
	return {
		id,
		name,
		prefix,
		scopes,
		createdBy,
		isExpired,
		createdAt: key.createdAt.toISOString(),
		expiresAt: key.expiresAt?.toISOString() ?? null,
		last: lastRequest(key)
	};
}
