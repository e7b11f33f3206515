import * as v from 'valibot';

/** The parameter `follow` of a stream: `false` ends it as soon as everything up to the head has been sent. */
export const follow = v.nullish(v.picklist(['true', 'false'], 'follow takes true or false.'));
