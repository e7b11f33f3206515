import { afterAll, expect, test } from 'vitest';
import { DeployScene, org } from '../../../../tests/support/deploys/deploy-scene.ts';
import { usageOf } from './usage.ts';

const scene = new DeployScene();
afterAll(() => scene.end());

test('the bytes of all deploys of an organization are told, and when one was last heard of', () => {
	scene.append(scene.deploy(), 'twelve bytes', 1_000);
	const later = scene.deploy();
	const heardOfAt = Date.now() + 60_000;
	scene.append(later, 'three', heardOfAt);
	scene.deploy('org-2');
	expect(usageOf(scene.sqlite, [org, 'org-3'])).toEqual(
		new Map([[org, { bytes: 17, lastAppendAt: heardOfAt }]])
	);
	expect(usageOf(scene.sqlite, ['org-2']).get('org-2')?.bytes).toBe(0);
	expect(usageOf(scene.sqlite, []).size).toBe(0);
});
