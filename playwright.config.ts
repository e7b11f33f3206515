import { defineConfig } from '@playwright/test';
import * as browser from './tests/support/server/browser.ts';

/** The end-to-end tests: a real Chromium against the built server, one server per worker. */
export default defineConfig({
	testDir: 'tests/e2e',
	globalSetup: './tests/support/server/cluster.ts',
	outputDir: 'test-results/e2e',
	fullyParallel: true,
	workers: 4,
	timeout: 60_000,
	expect: { timeout: 15_000 },
	reporter: 'list',
	use: {
		launchOptions: browser.launchOptions(),
		viewport: { width: 1440, height: 900 },
		// The pulse of a live page takes 0.2 s of CPU time for each second that one is open, as nothing here has a GPU.
		contextOptions: { reducedMotion: 'reduce' },
		screenshot: 'only-on-failure',
		// `--trace on` records one. Recording every test takes a quarter of the whole time (89 → 66 s for 22 tests).
		trace: 'off'
	}
});
