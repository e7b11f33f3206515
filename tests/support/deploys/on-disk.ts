import { join } from 'node:path';
import Database from 'better-sqlite3';

/** How many deploys of an organization an instance has on its disk. */
export function deploysOnDisk(folder: string, org: string): number {
	const sqlite = new Database(join(folder, 'deploys.db'), { readonly: true });
	const count = sqlite.prepare<[string], number>('SELECT count(*) FROM deploys WHERE org_id = ?').pluck();
	const found = count.get(org) ?? 0;
	sqlite.close();
	return found;
}
