import * as v from 'valibot';
import type { RequestHandler } from './$types';
import type { Access } from '$server/access/authorize';
import type { Deploy } from '$server/deploys/deploy';
import { caughtUp, ending } from '$server/stream/serve';
import { problem } from '$server/http/problem';
import { sink } from '$server/tail/sink';
import { headers, sse } from '$server/stream/sse';
import { authorized } from '../../authorized';
import { follow } from '../../logs/parameters';
import { noPlace } from '../../place';
import { present } from '../present';

const format = sse<never>(() => '');
const encoder = new TextEncoder();
/** How many of the newest deploys a stream begins with: as many as the page shows. */
const newest = 50;

/**
 * The deploys of the organization, each on every change. It begins with the current state of the newest, so that reconnecting
 * clients miss nothing.
 */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async (access) => {
		const { app } = event.locals;
		const refused = noPlace(app.streams, access.org);
		if (refused) return refused;
		const asked = v.safeParse(follow, event.url.searchParams.get('follow'));
		if (!asked.success) return problem(400, asked.issues.map(({ message }) => message).join(' '));
		return open(app, access, asked.output === 'false');
	});

/** Separate from the request, which anything created here would keep as long as the stream lasts. */
function open(app: App.Locals['app'], { org, slug, credential }: Access, once: boolean): Response {
	const { streams, outages, deploys, deployChanges } = app;
	const closers: (() => void)[] = [];
	const { sink: to, body } = sink(() => closers.forEach((close) => close()));
	const send = (text: string) => to.write(encoder.encode(text));
	const show = (deploy: Deploy) => send(`event: deploy\ndata: ${JSON.stringify(present(deploy, slug))}\n\n`);

	send(format.opening);
	closers.push(
		outages.join(to, format),
		streams.admit(org, credential, ending(to, format)),
		deployChanges.subscribe(org, (deploy) => (to.writable() ? show(deploy) : to.close()))
	);
	const heartbeat = setInterval(() => send(': alive\n\n'), 15_000);
	closers.push(() => clearInterval(heartbeat));
	deploys.list(org, { limit: newest }).deploys.reverse().forEach(show);
	if (once) {
		send(format.end(caughtUp));
		to.close();
	}
	return new Response(body, { headers: headers(format) });
}
