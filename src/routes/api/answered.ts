import type { Claim } from '$server/access/authorize';
import * as unavailable from '$server/health/unavailable';
import { Unavailable } from '$server/health/watch';
import type { Asked, Refused } from '$server/ingest/protocols/protocol';
import { ofIngest } from '$server/self-logs';
import type { Asking } from './asking';

/** A request that sends lines: by which protocol, and who. */
export interface Sent<Protocol> {
	protocol: Protocol;
	asked: Asked;
	claim: Claim;
	/** As what a key's last use remembers it. */
	path: string;
}

/** Waits for the answer to who sends lines, no longer than there is something to store them, and makes one of what failed. */
export async function answered(
	{ locals }: Asking,
	{ path, refuse }: { path: string; refuse(refused: Refused): Response },
	answer: Promise<Response>
): Promise<Response> {
	const { watch, log } = locals.app;
	try {
		return await watch.whileAvailable(answer);
	} catch (error) {
		if (error instanceof Unavailable)
			return refuse(unavailable.refusedBy(error.outage, unavailable.sentenceOfGivenUp(error.outage, 'POST')));
		log.error({ err: error, path, ...ofIngest }, 'lines could not be taken');
		return refuse({ status: 503, detail: 'Something went wrong on the server. Its log says what.' });
	}
}
