import * as v from 'valibot';
import { wholeNumber } from '../forms/whole-number.ts';
import { statuses } from './deploy.ts';

const id = v.pipe(v.string(), v.uuid('before takes the id of a deploy.'));

/** The parameters of GET /api/deploys, and of the page that lists them. */
export const filter = v.object({
	service: v.optional(v.string()),
	environment: v.optional(v.string()),
	status: v.optional(v.picklist(statuses, `status takes ${statuses.join(', ')}.`)),
	before: v.optional(id),
	limit: v.optional(wholeNumber('limit', 1, 100))
});
