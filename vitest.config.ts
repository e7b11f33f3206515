import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// More than cores: most tests wait for processes, disks and clocks (2 cores: 207 s with one, 115 s with three).
		maxWorkers: 3,
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
						'tests/integration/{matrix,hostile-requests,*-requests,organization-site,suspension,reset-password}.test.ts',
						'tests/faults/{crashes,deploy,stalled,stop}.test.ts'
					],
					globalSetup: ['tests/support/global.ts']
				}
			}
		]
	}
});
