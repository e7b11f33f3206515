import { fail } from '@sveltejs/kit';
import type { Person } from '$server/audit/audit';
import type { Administered } from '$server/organizations/administration';
import type { Sql } from '$server/postgres/connect';
import { instanceAdmin } from './instance-admin';

type Change = (sql: Sql, actor: Person, id: string) => Promise<Administered>;

/** Applies a change to the organization or user whose id a form names, and reports it. */
export async function administer(
	{ locals, url, request }: { locals: App.Locals; url: URL; request: Request },
	change: Change,
	done: (name: string) => string
) {
	const actor = instanceAdmin({ locals, url });
	const id = String((await request.formData()).get('id') ?? '');
	const administered = await change(locals.app.sql, actor, id);
	if (!administered.ok) return fail(administered.status, { fault: administered.fault });
	return { id, done: done(administered.name) };
}
