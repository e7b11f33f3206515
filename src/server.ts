// The server: reads the settings, serves what `npm run build` has made, and ends at SIGTERM or SIGINT. It is bundled as
// build/server.js, which `npm start` and the image run; `npm run dev` is served by Vite instead.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import * as configuration from './lib/server/config.ts';
import { closer } from './lib/server/http/closing.ts';
import * as handler from './lib/server/http/handler.ts';
import * as listening from './lib/server/http/listening.ts';
import { running } from './running.ts';

// The folder of the project, from which migrations, the CLI and a relative DATA_DIR are found: src and build both lie in it.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const parsed = configuration.parse(process.env);
if (!parsed.ok) fail(configuration.explain(parsed.faults));
const { config } = parsed;
running.config = config;

// From here on, so that a signal during the start stops what has been started by then. A second one ends the process at once.
const signalled = Promise.race(['SIGTERM', 'SIGINT'].map((signal) => once(process, signal)));
const handle = await handler.load(config, new URL('./handler.js', import.meta.url));
const server = createServer({ requestTimeout: 60_000, keepAliveTimeout: 65_000 }, handle);
const close = closer(server);

try {
	const port = await listening.listen(server, config);
	process.stdout.write(`\n  Tailrace is ready: open ${listening.addressOf(config, port)}\n\n`);
} catch (error) {
	if (!(error instanceof listening.CannotListen)) throw error;
	await running.app?.stop();
	fail(error.message);
}

await signalled;
running.app?.streams.stop(); // first, because they would keep the server open
await close();
await running.app?.stop();
process.exit();

function fail(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}
