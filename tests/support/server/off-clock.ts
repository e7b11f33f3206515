/**
 * The environment of a server whose clock is off by so many ms: `Date` in its process and its threads, which take NODE_OPTIONS too.
 * What counts time that has passed, as a real clock that is off does, goes on as it is.
 */
export function offBy(ms: number): Record<string, string> {
	const script = `
		const Right = Date;
		globalThis.Date = class Date extends Right {
			constructor(...parts) {
				parts.length === 0 ? super(Right.now() + ${ms}) : super(...parts);
			}
			static now() {
				return Right.now() + ${ms};
			}
		};`;
	return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}
