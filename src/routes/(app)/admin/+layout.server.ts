import { instanceAdmin } from './instance-admin';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url }) => {
	instanceAdmin({ locals, url });
};
