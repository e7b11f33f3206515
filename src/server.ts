// The server: reads the settings, serves the result of `npm run build`, and ends at SIGTERM or SIGINT. It is bundled as
// build/server.js, which `npm start` and the image run; `npm run dev` is served by Vite instead.
import { createServer } from 'node:http';
import { relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { builtIn } from './composition/programs.ts';
import * as configuration from './lib/server/config.ts';
import * as arrival from './lib/server/http/arrival.ts';
import { closer } from './lib/server/http/closing.ts';
import { leaver } from './lib/server/http/leaving.ts';
import * as handler from './lib/server/http/handler.ts';
import * as listening from './lib/server/http/listening.ts';
import { askedToStop } from './lib/server/http/signals.ts';
import * as protocols from './lib/server/ingest/protocols/routes.ts';
import type { Direct } from './routes/api/direct.ts';
import { running } from './running.ts';

// The folder of the project, from which migrations, the CLI and a relative DATA_DIR are found: src and build are both in it.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const parsed = configuration.parse(process.env);
if (!parsed.ok) fail(`Tailrace cannot start. ${configuration.explain(parsed.faults)}`);
const { config } = parsed;
running.config = config;
running.programs = builtIn(new URL('./threads/', import.meta.url));

const stopping = askedToStop(); // from here on, so that a signal during the start stops whatever has started by then
const direct = (...asked: Parameters<Direct>) => running.direct?.(...asked) ?? false;
const handle = await handler.load(config, new URL('./handler.js', import.meta.url), direct);
const server = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 }, handle);
arrival.limit(server, protocols.isStream); // instead of requestTimeout
const close = closer(server);
const leave = leaver(server);
const { app } = running;
if (!app) throw new Error('the build has no hooks of ours');

try {
	const port = await listening.listen(server, config);
	app.serves(port);
	const address = listening.addressOf(config, port);
	process.stdout.write(`\n  Tailrace is ready: open ${address} (data in ${shown(app.config.dataDir)})\n\n`);
} catch (error) {
	if (!(error instanceof listening.CannotListen)) throw error;
	await app.stop();
	fail(error.message);
}

await stopping;
app.leave();
leave();
await setTimeout(config.drainS * 1000); // balancers look at /readyz meanwhile, and send others elsewhere
await close(() => app.streams.stop()); // their readers come back at once, to another server
await app.stop();
process.exit();

function shown(folder: string): string {
	const path = relative('.', folder);
	return path.startsWith('..') ? folder : `./${path}`;
}

function fail(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}
