/**
 * Programs omit colours if their output is not a terminal, and the command's never is: it goes through us. If ours is one,
 * these variables still ask for colours; otherwise, as in CI, the command would not have had a terminal without us either. ls,
 * grep and git check only the terminal. A pseudo-terminal would need a native module, or script(1), whose options differ
 * between systems, and would merge stdout and stderr into one stream with other line ends.
 */
export function keep(
	env: NodeJS.ProcessEnv,
	terminal: { isTTY?: boolean; getColorDepth?: () => number }
): NodeJS.ProcessEnv {
	const level = levels.get(terminal.getColorDepth?.() ?? 1);
	// NO_COLOR counts if not empty (no-color.org). Anyone who sets FORCE_COLOR or CLICOLOR=0 has decided.
	const decided = env.NO_COLOR || env.FORCE_COLOR !== undefined || env.CLICOLOR === '0';
	if (!terminal.isTTY || !level || decided) return env;
	return { ...asking, FORCE_COLOR: level, ...env };
}

/** Bits of colour and their values of FORCE_COLOR. */
const levels = new Map([
	[4, '1'],
	[8, '2'],
	[24, '3']
]);

/** For programs that do not check FORCE_COLOR. */
const asking = {
	CLICOLOR_FORCE: '1',
	CARGO_TERM_COLOR: 'always',
	ANSIBLE_FORCE_COLOR: '1',
	PY_COLORS: '1',
	npm_config_color: 'always'
};
