import * as v from 'valibot';
import type { RequestHandler } from './$types';
import type { Access } from '$server/access/authorize';
import { isFinished, type Deploy } from '$server/deploys/deploy';
import { topicOf } from '$server/deploys/source';
import { serve } from '$server/stream/serve';
import { problem } from '$server/http/problem';
import { authorized } from '../../../authorized';
import { wholeNumber } from '$server/forms/whole-number';
import { follow } from '../../../follow';
import { noDeploy } from '../../none';
import { present } from '$server/deploys/present';
import { attend } from './attend';
import { view } from './view';

const cursor = (name: string) => v.nullish(wholeNumber(name, 0, Number.MAX_SAFE_INTEGER));
const parameters = v.object({ from: cursor('from'), 'last-event-id': cursor('Last-Event-ID'), follow });

/** The log of one deploy as it grows, and the deploy on every change, until it has ended and all is sent. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async (access) => {
		const { org, credential } = access;
		const { app } = event.locals;
		const { id } = event.params;
		const deploy = await app.deploys.get(org, id);
		if (!deploy) return noDeploy();
		const asked = v.safeParse(parameters, {
			from: event.url.searchParams.get('from'),
			follow: event.url.searchParams.get('follow'),
			'last-event-id': event.request.headers.get('last-event-id')
		});
		if (!asked.success) return problem(400, asked.issues.map(({ message }) => message).join(' '));

		const from = asked.output.from ?? (await app.deploys.tailOf(org, id)) ?? 0;
		const last = asked.output['last-event-id'] ?? null;
		const beyond = last !== null && last > deploy.size;
		return serve({ tails: app.deployTails, streams: app.streams }, ({ end }) => end, {
			topic: topicOf({ org, id }),
			org,
			credential,
			view,
			cursor: beyond ? Math.min(from, deploy.size) : Math.min(last ?? from, deploy.size),
			once: asked.output.follow === 'false',
			attend: changesOf(app, access, deploy, beyond)
		});
	});

/** Separate from the request, which anything created here would keep as long as the stream lasts. */
function changesOf(app: App.Locals['app'], { org, slug }: Access, deploy: Deploy, reset: boolean) {
	const { deployChanges } = app;
	return attend({
		deploy,
		reset,
		isEnded: ({ status }) => isFinished(status),
		show: (changed) => present(changed, slug),
		subscribe: (receive) => deployChanges.subscribe(org, { known: [deploy], only: deploy.id }, receive)
	});
}
