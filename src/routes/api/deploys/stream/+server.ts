import * as v from 'valibot';
import type { RequestHandler } from './$types';
import type { Access } from '$server/access/authorize';
import type { Deploy } from '$server/deploys/deploy';
import { problem } from '$server/http/problem';
import { caughtUp, open } from '$server/stream/serve';
import * as sse from '$server/stream/sse';
import type { Sink } from '$server/tail/sink';
import { authorized } from '../../authorized';
import { follow } from '../../follow';
import { present } from '$server/deploys/present';

const format = sse.sse<never>(() => '');
const encoder = new TextEncoder();
/** How many of the newest deploys a stream begins with: as many as the page shows. */
const newest = 50;
/** How often a stream says that it lives, in ms. */
const heartbeatEvery = 15_000;

/**
 * The deploys of the organization, each on every change. It begins with the current state of the newest, so that reconnecting
 * clients miss nothing.
 */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async (access) => {
		const asked = v.safeParse(follow, event.url.searchParams.get('follow'));
		if (!asked.success) return problem(400, asked.issues.map(({ message }) => message).join(' '));
		const { app } = event.locals;
		const { org, credential } = access;
		const current = await app.deployChanges.current(org);
		return open(app, { org, credential, format }, feedOf(app, access, current, asked.output === 'false'));
	});

/** Separate from the request, which anything created here would keep as long as the stream lasts. */
function feedOf(
	{ deployChanges }: App.Locals['app'],
	{ org, slug }: Access,
	known: readonly Deploy[],
	once: boolean
) {
	return (to: Sink, closers: (() => void)[]): void => {
		const send = (text: string) => to.write(encoder.encode(text));
		const show = (deploy: Deploy) => send(sse.event('deploy', present(deploy, slug)));
		const heartbeat = setInterval(() => send(': alive\n\n'), heartbeatEvery);
		closers.push(() => clearInterval(heartbeat));
		known.slice(0, newest).reverse().forEach(show);
		if (!once) {
			const changed = (deploy: Deploy) => (to.writable() ? show(deploy) : to.close());
			return void closers.push(deployChanges.subscribe(org, { known }, changed));
		}
		send(format.end(caughtUp));
		to.close();
	};
}
