import { createHash, timingSafeEqual } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import { decode } from './msgpack.ts';

/** What a listener with a secret sends first (the forward protocol, version 1, "Handshake"). */
export function helo(nonce: Buffer): Uint8Array {
	return encode(['HELO', { nonce, auth: Buffer.alloc(0), keepalive: true }]);
}

export interface Pong {
	isAllowed: boolean;
	answer: Uint8Array;
}

/** Answers the client's PING, which proves that it knows the secret. Throws Malformed. */
export function pong(
	ping: Buffer,
	{ nonce, secret, name }: { nonce: Buffer; secret: string; name: string }
): Pong {
	const [word, host, salt, digest] = (decode(ping) ?? []) as unknown[];
	const salted = bytesOf(salt);
	const expected = digestOf(salted, bytesOf(host), nonce, secret);
	const given = bytesOf(digest);
	const isAllowed = word === 'PING' && given.length === expected.length && timingSafeEqual(given, expected);
	const proof = isAllowed ? digestOf(salted, Buffer.from(name), nonce, secret).toString() : '';
	return {
		isAllowed,
		answer: encode(['PONG', isAllowed, isAllowed ? '' : 'shared_key mismatch', name, proof])
	};
}

function digestOf(salt: Buffer, host: Buffer, nonce: Buffer, secret: string): Buffer {
	const hash = createHash('sha512').update(salt).update(host).update(nonce).update(secret);
	return Buffer.from(hash.digest('hex'));
}

function bytesOf(value: unknown): Buffer {
	return typeof value === 'string' || value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0);
}
