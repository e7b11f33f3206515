import { expect, test } from 'vitest';
import * as organizations from './organizations.ts';

test.each([
	['Acme Corp.', 'acme-corp'],
	['Ünïcödé', 'unicode'],
	['--a--', 'a'],
	['x'.repeat(100), 'x'.repeat(48)],
	['東京', expect.stringMatching(/^org-[0-9a-f]{8}$/)]
])('named %s asks for the slug %s', (name, slug) => expect(organizations.slugOf(name)).toEqual(slug));

test('a name of marks alone still gets a slug, always the same', () => {
	expect(organizations.slugOf('東京')).toBe(organizations.slugOf('東京'));
	expect(organizations.slugOf('東京')).not.toBe(organizations.slugOf('大阪'));
});
