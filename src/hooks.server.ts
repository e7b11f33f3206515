import { building, dev } from '$app/environment';
import {
	error,
	type Handle,
	type HandleServerError,
	type RequestEvent,
	type ServerInit
} from '@sveltejs/kit';
import pino from 'pino';
import template from './error.html?raw';
import * as client from './lib/server/client.ts';
import * as configuration from './lib/server/config.ts';
import * as csrf from './lib/server/http/csrf.ts';
import { errorPage, wantsPage } from './lib/server/http/error-page.ts';
import * as formSize from './lib/server/http/form-size.ts';
import { compress } from './lib/server/http/compression.ts';
import { Unstartable } from './lib/server/postgres/embedded-error.ts';
import { session } from './lib/server/people/cookies.ts';
import * as sessions from './lib/server/people/sessions.ts';
import type { Outage } from './lib/log/outage.ts';
import { asProblem, problem } from './lib/server/http/problem.ts';
import { secure } from './lib/server/http/security-headers.ts';
import { ofIngest, SelfLogs } from './lib/server/self-logs.ts';
import * as protocols from './lib/server/ingest/protocols/routes.ts';
import { direct } from './routes/api/direct.ts';
import { receive } from './routes/api/receive.ts';
import { fromOf } from './routes/from.ts';
import { running } from './running.ts';
import * as unavailable from './lib/server/health/unavailable.ts';
import { Unavailable } from './lib/server/health/watch.ts';
import { CannotOpen } from './lib/server/sockets/cannot-open.ts';
import { compose, type Tailrace } from './tailrace.ts';

let app: Tailrace;

/** Runs before the first request is taken. Unless given its settings, as by src/server.ts, it reads them and ends by itself. */
export const init: ServerInit = async () => {
	if (building) return;
	const config = running.config ?? readConfig();
	const own = config.selfLogs ? new SelfLogs() : null;
	const log = pino(
		{ level: config.logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
		outputs(own)
	);
	await running.app?.stop(); // that of the previous module, in `npm run dev`
	try {
		app = running.app = await compose(config, log, running.programs);
	} catch (error) {
		if (error instanceof Unstartable || error instanceof CannotOpen)
			process.stderr.write(`Tailrace cannot start. ${error.message}\n`);
		else log.fatal({ err: error }, error instanceof Error ? error.message : 'Tailrace could not start');
		process.exit(1);
	}
	running.direct = direct(app);
	own?.begin({ ...app, failed: (err) => log.warn({ err, ...ofIngest }, 'own warnings wait to be stored') });
	if (!dev) return;
	app.serves(config.port);
	stopAtSignals(app);
};

/** Where the server's own lines go: to stdout, and warnings and errors into Tailrace itself. */
function outputs(own: SelfLogs | null): pino.MultiStreamRes {
	const streams: pino.StreamEntry[] = [{ level: 'trace', stream: pino.destination(1) }];
	if (own) streams.push({ level: 'warn', stream: own });
	return pino.multistream(streams);
}

function readConfig(): configuration.Config {
	const parsed = configuration.parse(process.env);
	if (parsed.ok) return parsed.config;
	process.stderr.write(`Tailrace cannot start. ${configuration.explain(parsed.faults)}\n`);
	process.exit(1);
}

function stopAtSignals({ streams, stop, log }: Tailrace): void {
	const close = () => {
		streams.stop();
		stop().then(
			() => process.exit(0),
			(error) => {
				log.error({ err: error }, 'the server did not stop cleanly');
				process.exit(1);
			}
		);
	};
	for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, close);
}

export const handle: Handle = async ({ event, resolve }) => {
	event.locals.app = app;
	event.locals.outage = null;
	Object.assign(event.locals, whereFrom(event));
	// In `npm run dev` alone: the built server answers them before (routes/api/direct.ts).
	const found = protocols.find(event.request.method, event.url.pathname);
	if (found) return secure(await receive(event, found));
	if (csrf.isForged(event.request, event.url.origin)) {
		return refuse(event, 403, csrf.explain(event.request, app.config.origin));
	}
	if (isOfPage(event) && csrf.isOpenedInsecurely(event.request, app.config.origin ?? '')) {
		return refuse(event, 403, openedInsecurely(app.config.origin ?? ''));
	}
	if (isOfPage(event)) event.request = formSize.bounded(event.request, refuseForm);
	const response = await app.watch
		.whileAvailable(identify(event).then(() => resolve(event)))
		.catch((failure: unknown) => explain(failure, event));
	if (event.locals.outage) return secure(unavailableTo(event, event.locals.outage, response));
	const answer = event.url.pathname.startsWith('/api/') ? asProblem(response) : response;
	return secure(await compress(event.request, answer));
};

function openedInsecurely(origin: string): string {
	return `You opened this page over http, but this server is set up for https: open ${origin} instead.`;
}

/** Answers before any page of ours runs: with a page where a browser will show it, else with a problem document. */
function refuse({ request }: RequestEvent, status: number, detail: string): Response {
	return secure(wantsPage(request) ? errorPage(template, status, detail) : problem(status, detail));
}

/** Notes who is asking. While that cannot be determined, only what needs to know it fails. */
async function identify({ locals, cookies }: RequestEvent): Promise<void> {
	try {
		if (app.watch.outage?.outage === 'database' && session(cookies)) throw new Unavailable(app.watch.outage);
		const found = await sessions.ofRequest(app.sql, cookies, locals.isSecure, locals.from);
		locals.user = found?.user ?? null;
		locals.sessionId = found?.session.id ?? null;
	} catch (failure) {
		if (!unavailable.outageOf(failure, null)) throw failure;
		const unknown = {
			get(): never {
				throw failure;
			}
		};
		Object.defineProperties(locals, { user: unknown, sessionId: unknown });
	}
}

/** The answer to a request that was given up, for which no page can be rendered. */
function explain(failure: unknown, { request, isDataRequest }: RequestEvent): Response {
	if (!(failure instanceof Unavailable)) throw failure;
	const { outage } = failure;
	const sentence = unavailable.sentenceOfGivenUp(outage, request.method);
	if (isDataRequest) return unavailable.asData(outage, sentence);
	if (wantsPage(request)) return unavailable.asUnavailable(errorPage(template, 503, sentence));
	return unavailable.refusal(outage, sentence);
}

/** The answer to a request broken by an outage: a page for browsers, the reason as JSON for programs. */
function unavailableTo(
	{ request, url, isDataRequest }: RequestEvent,
	outage: Outage,
	answered: Response
): Response {
	const message = unavailable.sentenceFor(outage, request.method);
	if (answered.status < 500 && !isDataRequest) return answered; // it was carried out nevertheless
	if (isDataRequest) return unavailable.asData(outage, message);
	if (url.pathname.startsWith('/api/')) return unavailable.refusal(outage);
	if (request.headers.has('x-sveltekit-action')) return unavailable.refusal(outage, message);
	const isPage = answered.headers.get('content-type')?.startsWith('text/html');
	return isPage ? unavailable.asUnavailable(answered) : unavailable.refusal(outage);
}

/** Whether the request sends a page's form: all of them are in the groups `(app)` and `(auth)`. */
function isOfPage({ request, route }: RequestEvent): boolean {
	return request.method === 'POST' && /^\/\((app|auth)\)/.test(route.id ?? '');
}

function refuseForm(): never {
	error(413, 'This form is larger than the 64 KiB that one may have. Go back and shorten what you typed.');
}

/** Where the request comes from and our public origin: forwarded headers count only from a trusted proxy. */
function whereFrom({ request, url, getClientAddress }: RequestEvent) {
	const { isTrustedProxy, origin } = app.config;
	const { headers } = request;
	const peer = getClientAddress();
	const isSecure = client.isHttps(url.protocol, peer, headers.get('x-forwarded-proto'), isTrustedProxy);
	return {
		from: fromOf(app, peer, headers),
		isSecure,
		origin: origin ?? `${isSecure ? 'https' : 'http'}://${url.host}`
	};
}

/** A fault of ours: logged with its stack, answered without it. */
export const handleError: HandleServerError = ({ error, event, status }) => {
	if (status === 404) return { message: 'Page not found.' };
	if (status < 500) return { message: 'This request cannot be read.' };
	const outage = unavailable.outageOf(error, app.watch.outage);
	if (outage) {
		event.locals.outage = outage;
		app.watch.doubt();
		app.log.warn(
			{ err: error, method: event.request.method, route: event.route.id },
			'a request met an outage'
		);
		const { method } = event.request;
		return { message: unavailable.sentenceFor(outage, method), outage, isForm: method === 'POST' };
	}
	if (event.request.signal.aborted) return { message: 'The reader went away.' };
	app.log.error({ err: error, method: event.request.method, route: event.route.id }, 'a request failed');
	return {
		message: unavailable.brokenOff(error) ?? 'Something went wrong on the server. Its log says what.'
	};
};
