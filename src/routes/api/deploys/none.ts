import { problem } from '$server/http/problem';

/** The answer for a deploy that does not exist, or is another organization's: nobody learns which. */
export const noDeploy = (): Response => problem(404, 'Deploy not found.');
