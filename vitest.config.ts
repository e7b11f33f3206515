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
					// What has nothing to do with which PostgreSQL it is, or brings an embedded one itself, is tested once.
					exclude: [
						'tests/integration/{embedded,cli-*,deploy-*,ingest*,tenancy,operations}.test.ts',
						'tests/faults/{crashes,deploy,stalled,stop}.test.ts'
					],
					globalSetup: ['tests/support/global.ts']
				}
			}
		]
	}
});
