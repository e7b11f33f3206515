import { keyOf } from './key';
import type { PageServerLoad } from './$types';
import { commands } from '../../../commands';
import { present } from '../present';

export const load: PageServerLoad = async (event) => {
	const key = present(await keyOf(event));
	return { key, commands: commands(event.locals.origin, key.scopes, null) };
};
