/** The oldest Node that runs TypeScript without a flag (22.18 release notes) and better-sqlite3 13 (22). */
const oldest = [22, 18];

/** @param {string} version as in process.versions.node */
export function isOldNode(version) {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major < (oldest[0] ?? 0) || (major === oldest[0] && minor < (oldest[1] ?? 0));
}

/** @param {string} version */
export function oldNode(version) {
	return `Tailrace needs Node ${oldest.join('.')} or newer and this is ${version}: on Linux start it with "npm start", which brings its own Node, or install a newer one from nodejs.org.`;
}
