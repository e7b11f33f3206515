/** The message for a full disk; any other means that the database is away. */
export const full = 'The disk is full.';

/** Why requests cannot be served now; empty if they can. */
export async function faults(
	database: { answers(): Promise<boolean> },
	listener: { connected: boolean },
	disk: { isFull: boolean }
): Promise<string[]> {
	const found: string[] = [];
	if (!(await database.answers())) found.push('PostgreSQL does not answer.');
	if (!listener.connected) found.push('The listener is not connected to PostgreSQL.');
	if (disk.isFull) found.push(full);
	return found;
}
