import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type LaunchOptions } from '@playwright/test';

/** The shell is the same engine without a window, and takes a third less CPU time. */
const debians = ['chromium-headless-shell', 'chromium'];
const names = [...debians, 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const isRoot = process.getuid?.() === 0;

/** Nothing that a test did not ask for: no traffic of the browser's own, no GPU, and no sandbox where it refuses root. */
const quiet = [
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync'
];

/** How Playwright starts this machine's Chromium. Throws, saying what to install, if there is none. */
export function launchOptions(): LaunchOptions {
	return { executablePath: find(), args: isRoot ? ['--no-sandbox', ...quiet] : quiet };
}

export function launch(): Promise<Browser> {
	return chromium.launch(launchOptions());
}

/** An installed Chromium; else Playwright's; else, as root on Debian, the package. */
function find(): string {
	return installed() ?? playwrights() ?? fromDebian() ?? refuse();
}

function installed(): string | null {
	const folders = (process.env.PATH ?? '').split(delimiter);
	const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
	return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false; // missing, or not ours to run: the next one is tried
	}
}

function playwrights(): string | null {
	const path = chromium.executablePath();
	return existsSync(path) ? path : null;
}

function fromDebian(): string | null {
	if (!isRoot || !existsSync('/etc/debian_version')) return null;
	aptGet('update');
	debians.find((name) => aptGet('install', '--yes', '--no-install-recommends', name));
	return installed();
}

function aptGet(...words: string[]): boolean {
	return spawnSync('apt-get', words, { stdio: ['ignore', 2, 2] }).status === 0;
}

function refuse(): never {
	throw new Error(
		'There is no Chromium. Install the package "chromium" of your system, or run "npx playwright install chromium".'
	);
}
