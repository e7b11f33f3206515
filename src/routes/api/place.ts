import type { Streams } from '$server/stream/streams';
import { problem } from '$server/http/problem';

/** Why no further stream of an organization can be opened now; null if there is room. */
export function noPlace<Credential>(streams: Streams<Credential>, org: string): Response | null {
	const lack = streams.lackFor(org);
	if (lack === 'server')
		return problem(503, 'All live streams of this server are in use. Try again shortly.', {}, 5);
	if (lack === 'organization')
		return problem(
			429,
			`Your organization has ${streams.mostOfOne} live streams open, the most it can have at once. Close some of them, such as tabs or scripts that follow logs.`,
			{},
			30
		);
	return null;
}
