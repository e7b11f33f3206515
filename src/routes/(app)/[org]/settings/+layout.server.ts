import { membershipOf } from '../membership';
import type { LayoutServerLoad } from './$types';

/** Every page below checks its own permission, too: a layout is not loaded with each of them. */
export const load: LayoutServerLoad = async (event) => {
	await membershipOf(event, 'settings');
};
