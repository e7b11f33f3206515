import { createHash } from 'node:crypto';

/**
 * SHA-256 in hex. For random secrets (session ids, keys), which need no slow hash: 200 bits cannot be guessed. Never for
 * passwords.
 */
export function digest(secret: string): string {
	return createHash('sha256').update(secret).digest('hex');
}
