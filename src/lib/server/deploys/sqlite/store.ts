import type { NewEntry } from '../../../log/entry.ts';
import { SqliteOutbox } from '../../outbox/sqlite.ts';
import type { Sqlite } from '../../sqlite/connect.ts';
import { announcementKind } from '../announcement.ts';
import type { DeployStore } from '../store.ts';
import { SqliteChunks } from './chunks.ts';
import { SqliteRecords } from './records.ts';
import { SqliteRemoval } from './removal.ts';
import { SqliteUpkeep } from './upkeep.ts';
import { usageOf } from './usage.ts';

/** The deploys of one server, in SQLite. A call blocks the process for as long as SQLite takes. */
export function sqliteStore(sqlite: Sqlite): DeployStore {
	const chunks = new SqliteChunks(sqlite);
	const announcements = new SqliteOutbox<NewEntry>(sqlite, announcementKind);
	return {
		chunks,
		announcements,
		records: new SqliteRecords(sqlite, chunks, announcements),
		upkeep: new SqliteUpkeep(sqlite, announcements),
		removal: new SqliteRemoval(sqlite),
		usageOf: async (orgs) => usageOf(sqlite, orgs)
	};
}
