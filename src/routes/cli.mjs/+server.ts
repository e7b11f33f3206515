import { readFile } from 'node:fs/promises';
import type { RequestHandler } from './$types';

/** The CLI as one file, of this server's own version; scripts/bundle.mjs makes it. */
export const GET: RequestHandler = async () =>
	new Response(await readFile('build/cli.mjs'), {
		headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, no-cache' }
	});
