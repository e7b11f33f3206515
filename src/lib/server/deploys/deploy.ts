import type * as shown from '../../log/deploy.ts';

export { isFinished } from '../../log/deploy.ts';
export { statuses } from '../sqlite/schema.ts';
export type { Commit, FinalStatus, Status } from '../../log/deploy.ts';

/** A deploy as the store has it: only routes know its page, and `duration_ms` is null while it runs. */
export type Deploy = Omit<shown.Deploy, 'page'>;

export type NewDeploy = Pick<Deploy, 'service' | 'environment' | 'version' | 'commit' | 'url'>;

/** A deploy and its organization. */
export interface Address {
	org: string;
	id: string;
}
