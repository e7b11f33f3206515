import type { RequestHandler } from './$types';
import { authorized } from '../authorized';
import { receiveOwn } from '../receive';
import { list } from './list';

export const POST: RequestHandler = (event) => receiveOwn(event);

export const GET: RequestHandler = (event) =>
	authorized(event, 'read', (access, incoming) => list(event, access, incoming));
