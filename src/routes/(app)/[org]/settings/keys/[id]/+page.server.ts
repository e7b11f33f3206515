import { keyOf } from './key';
import type { PageServerLoad } from './$types';
import { commands } from '../../../commands';
import { shippers } from '../../../shippers';
import { present } from '../present';

export const load: PageServerLoad = async (event) => {
	const key = present(await keyOf(event));
	const { origin } = event.locals;
	const setups = key.scopes.includes('write') ? shippers(origin, null) : [];
	return { key, commands: commands(origin, key.scopes, null), shippers: setups };
};
