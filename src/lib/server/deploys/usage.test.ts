import { afterAll, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

test('the bytes of all deploys of an organization are told, and when one was last heard of', async () => {
	await scene.append(await scene.deploy(), 'twelve bytes', 1_000);
	const later = await scene.deploy();
	const heardOfAt = Date.now() + 60_000;
	await scene.append(later, 'three', heardOfAt);
	await scene.deploy('org-2');
	expect(await scene.store.usageOf([org, 'org-3'])).toEqual(
		new Map([[org, { bytes: 17, lastAppendAt: heardOfAt }]])
	);
	expect((await scene.store.usageOf(['org-2'])).get('org-2')?.bytes).toBe(0);
	expect((await scene.store.usageOf([])).size).toBe(0);
});
