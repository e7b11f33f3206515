import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		testTimeout: 60_000,
		hookTimeout: 60_000,
		projects: [
			{
				extends: true,
				test: { name: 'unit', include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'] }
			},
			{
				extends: true,
				test: {
					name: 'integration',
					include: ['tests/{integration,faults}/**/*.test.ts'],
					globalSetup: ['tests/support/global.ts']
				}
			},
			{
				extends: true,
				test: {
					name: 'database-url',
					include: ['tests/{integration,faults}/**/*.test.ts'],
					// What has nothing to do with a DATABASE_URL is tested once.
					exclude: ['tests/integration/{embedded,cli-*,deploy-*}.test.ts'],
					globalSetup: ['tests/support/global.ts']
				}
			}
		]
	}
});
