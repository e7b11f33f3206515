/**
 * Programs leave colours out when their output is no terminal, and the command's never is: it goes through us. When ours is one,
 * these variables ask for colours all the same; otherwise, as in CI, the command would not have had a terminal without us
 * either. ls, grep and git look at nothing but the terminal. A pseudo-terminal would need a native module, or script(1), whose
 * options differ between systems, and would make one stream with other line ends of stdout and stderr.
 */
export function keep(
	env: NodeJS.ProcessEnv,
	terminal: { isTTY?: boolean; getColorDepth?: () => number }
): NodeJS.ProcessEnv {
	const level = levels.get(terminal.getColorDepth?.() ?? 1);
	// NO_COLOR counts when it is not empty (no-color.org). Whoever sets FORCE_COLOR or CLICOLOR=0 has decided.
	const decided = env.NO_COLOR || env.FORCE_COLOR !== undefined || env.CLICOLOR === '0';
	if (!terminal.isTTY || !level || decided) return env;
	return { ...asking, FORCE_COLOR: level, ...env };
}

/** Bits of colour and what FORCE_COLOR calls them. */
const levels = new Map([
	[4, '1'],
	[8, '2'],
	[24, '3']
]);

/** Of those that do not look at FORCE_COLOR. */
const asking = {
	CLICOLOR_FORCE: '1',
	CARGO_TERM_COLOR: 'always',
	ANSIBLE_FORCE_COLOR: '1',
	PY_COLORS: '1',
	npm_config_color: 'always'
};
