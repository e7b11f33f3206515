import type { RequestHandler } from './$types';
import { authorized } from '../authorized';
import { ingest } from './ingest';
import { list } from './list';

export const POST: RequestHandler = (event) =>
	authorized(event, 'write', (access, tell) => ingest(event, access, tell));

export const GET: RequestHandler = (event) => authorized(event, 'read', (access) => list(event, access));
