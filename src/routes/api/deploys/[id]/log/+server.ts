import type { Access } from '$server/access/authorize';
import type { RequestHandler } from './$types';
import { authorized } from '../../../authorized';
import { append } from './append';
import { raw } from './raw';
import { selection } from './selection';

/** Appends bytes; see append.ts for what each answer says. */
export const PATCH: RequestHandler = (event) =>
	authorized(event, 'write', ({ org }, incoming) => append(event, { org, id: event.params.id }, incoming));

/** The log: raw, or what `lines`, `rows`, `q` or `failures` select of it. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', ({ org }) => {
		const { searchParams } = event.url;
		const selects = ['lines', 'rows', 'q', 'failures'].some((name) => searchParams.has(name));
		return (selects ? selection : raw)(event, org, event.params.id);
	});

/** Where the log ends: readers see its size, senders where to continue. */
export const HEAD: RequestHandler = async (event) => {
	const head = ({ org }: Access) => raw(event, org, event.params.id);
	const read = await authorized(event, 'read', head);
	return read.status === 403 ? authorized(event, 'write', head) : read;
};
