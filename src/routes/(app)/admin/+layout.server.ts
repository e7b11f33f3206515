import { instanceAdmin } from './instance-admin';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, parent }) => {
	await parent(); // who is not signed in is led there first
	instanceAdmin(locals);
};
