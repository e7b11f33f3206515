import type { RequestHandler } from './$types';
import type { Access } from '$server/accounts/authorize';
import type { Deploy } from '$server/deploys/deploy';
import { ending } from '$server/listener/serve';
import { sink } from '$server/listener/sink';
import { headers, sse } from '$server/listener/sse';
import { authorized } from '../../authorized';
import { noPlace } from '../../place';
import { present } from '../present';

const format = sse<never>(() => '');
const encoder = new TextEncoder();
/** How many of the newest deploys a stream begins with: as many as the page shows. */
const newest = 50;

/**
 * The deploys of the organization, each on every change. It begins with the newest as they are, so that who reconnects has
 * missed nothing.
 */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async (access) => {
		const { app } = event.locals;
		return noPlace(app.streams, access.org) ?? follow(app, access);
	});

/** Apart from the request, which what is made here would keep as long as the stream lasts. */
function follow(app: App.Locals['app'], { org, slug, credential }: Access): Response {
	const { streams, deploys, deployChanges } = app;
	const closers: (() => void)[] = [];
	const { sink: to, body } = sink(() => closers.forEach((close) => close()));
	const send = (text: string) => to.write(encoder.encode(text));
	const show = (deploy: Deploy) => send(`event: deploy\ndata: ${JSON.stringify(present(deploy, slug))}\n\n`);

	send(format.opening);
	closers.push(
		streams.admit(org, credential, ending(to, format)),
		deployChanges.subscribe(org, (deploy) => (to.writable() ? show(deploy) : to.close()))
	);
	const heartbeat = setInterval(() => send(': alive\n\n'), 15_000);
	closers.push(() => clearInterval(heartbeat));
	deploys.list(org, { limit: newest }).deploys.reverse().forEach(show);
	return new Response(body, { headers: headers(format) });
}
