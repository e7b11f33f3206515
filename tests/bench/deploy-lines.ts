/** What deploys print: colours, and signs beyond ASCII. */
const steps = [
	{ sign: '✓', text: '\x1b[32mcompiled\x1b[0m' },
	{ sign: '→', text: 'copied' },
	{ sign: '-', text: 'fetched' },
	{ sign: '!', text: '\x1b[33munused\x1b[0m' }
];
const path = ' src/routes/checkout/Summary.svelte'.repeat(4);

/** The sign and the number with which a line begins, and which no other has. */
export const markOf = (number: number) => `${stepOf(number).sign} ${String(number).padStart(7, '0')}`;

/** The lines from one number to another, both inclusive, each of so many bytes. */
export function lines(from: number, to: number, bytes: number): Buffer {
	let text = '';
	for (let number = from; number <= to; number++) {
		const beginning = `${markOf(number)} ${stepOf(number).text}`;
		text += `${beginning}${path.slice(0, bytes - 1 - Buffer.byteLength(beginning))}\n`;
	}
	return Buffer.from(text);
}

function stepOf(number: number): { sign: string; text: string } {
	return steps[number % steps.length] as (typeof steps)[number];
}
