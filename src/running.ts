import type { Config } from './lib/server/config.ts';
import type { Direct } from './routes/api/direct.ts';
import type { Programs } from './composition/programs.ts';
import type { Tailrace } from './tailrace.ts';

interface Running {
	/** The settings, as src/server.ts has read them; absent in `npm run dev`, which has no such entry. */
	config?: Config;
	/** The built programs of the threads; absent in `npm run dev`, which runs their sources. */
	programs?: Programs;
	/** The app put together by SvelteKit's hooks. */
	app?: Tailrace;
	/** Answers requests without SvelteKit, where it can. */
	direct?: Direct;
}

/**
 * What runs in this process. The entry and SvelteKit's hooks are bundled apart, and `npm run dev` re-evaluates modules after a
 * change, so no module can hold it.
 */
export const running: Running = ((globalThis as { tailrace?: Running }).tailrace ??= {});
