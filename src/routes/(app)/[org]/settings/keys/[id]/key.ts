import { error } from '@sveltejs/kit';
import * as keyList from '$server/access/key-list';
import * as keys from '$server/access/keys';
import { membershipOf } from '../../../membership';

/**
 * The key that the URL names. Viewing it makes its next request be written at once: the one thing that a GET changes here, one
 * UPDATE in five minutes at most, and its only effect is that the page is up to date.
 */
export async function keyOf(event: {
	locals: App.Locals;
	params: { org: string; id: string };
	url: URL;
	request: Request;
}): Promise<keyList.ShownKey> {
	const { org } = await membershipOf(event, 'keys');
	const { sql } = event.locals.app;
	await keys.watch(sql, org.id, event.params.id);
	const key = await keyList.get(sql, org.id, event.params.id);
	if (!key) error(404, 'Key not found. It may have been revoked.');
	return key;
}
