import { keyOf } from './key';
import type { PageServerLoad } from './$types';
import { commands } from '../../../commands';
import { shippers } from '../../../shippers';
import { socketShippers } from '../../../socket-shippers';
import { openListenersOf } from '../listeners';
import { present } from '../present';

export const load: PageServerLoad = async (event) => {
	const key = present(await keyOf(event));
	const { origin, app } = event.locals;
	const listeners = openListenersOf(app.sockets.reports(), { slug: event.params.org });
	const setups = key.scopes.includes('write')
		? [...shippers(origin, null), ...socketShippers(origin, listeners)]
		: [];
	return { key, commands: commands(origin, key.scopes, null), shippers: setups };
};
