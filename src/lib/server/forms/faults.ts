/** What is wrong with parameters or a body, as one text. */
export const faults = (issues: readonly { message: string }[]): string =>
	[...new Set(issues.map(({ message }) => message))].join(' ');
