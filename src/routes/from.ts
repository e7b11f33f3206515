import type { From } from '$server/audit/audit';
import * as client from '$server/client';
import type { RequestHeaders } from '$server/client';
import type { Tailrace } from '../tailrace';

/** Where a request comes from: the address in its forwarded headers counts only from a trusted proxy. */
export function fromOf(app: Tailrace, peer: string, headers: RequestHeaders): From {
	const { isTrustedProxy } = app.config;
	if (!isTrustedProxy(peer)) app.untrustedProxies.note(peer, headers);
	const address = client.addressOf(peer, headers.get('x-forwarded-for'), isTrustedProxy);
	return { address, userAgent: headers.get('user-agent') };
}
