import type { RequestHandler } from './$types';
import { authorized } from '../authorized';
import { ingest } from './ingest';
import { list } from './list';

export const POST: RequestHandler = (event) =>
	authorized(event, 'write', (access, incoming) => ingest(event, access, incoming));

export const GET: RequestHandler = (event) =>
	authorized(event, 'read', (access, incoming) => list(event, access, incoming));
