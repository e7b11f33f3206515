/** A body is not what it should be, which shows only midway: the request as a whole is refused. The message says how, in a clause. */
export class Malformed extends Error {
	override name = 'Malformed';
}
