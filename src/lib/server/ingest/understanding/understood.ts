import type * as fields from './fields.ts';

/** What a text says of its entry beyond what was given. */
export interface Understood extends fields.Given {
	attributes: fields.Fields;
}

/** Pairs and members of objects that become attributes, at most. */
export const mostAttributes = 64;
