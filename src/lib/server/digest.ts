import { createHash } from 'node:crypto';

/**
 * SHA-256 in hex. For random secrets (session ids, keys), which need no slow hash: 200 bits cannot be guessed; and for what is too
 * long to be a key. Never for passwords.
 */
export function digest(of: string | Uint8Array): string {
	return createHash('sha256').update(of).digest('hex');
}
