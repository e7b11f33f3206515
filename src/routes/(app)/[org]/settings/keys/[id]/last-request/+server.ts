import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';
import { withProblems } from '../../../../../../problems';
import { lastRequest } from '../../present';
import { keyOf } from '../key';

/** The last request made with the key, or null: polled by the pages that wait for it. */
export const GET: RequestHandler = (event) => withProblems(async () => json(lastRequest(await keyOf(event))));
