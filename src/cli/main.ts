#!/usr/bin/env node

import { enableCompileCache } from 'node:module';
import process from 'node:process';
import * as client from './client.ts';

enableCompileCache(); // a command starts in half the time (0.7 → 0.3 s)

const bootstrap: client.Offer = {
	summary: "create an organization, its owner and an API key, on the server's machine",
	load: () => import('./bootstrap.ts')
};

const resetPassword: client.Offer = {
	summary: "set a new password for an account, on the server's machine",
	load: () => import('./reset-password.ts')
};

const backup: client.Offer = {
	summary: "back everything up, restore it, or check a backup, on the server's machine",
	load: () => import('./backup.ts')
};

const moveDeploys: client.Offer = {
	summary: "move the deploys of one server to PostgreSQL, on the server's machine",
	load: () => import('./move-deploys.ts')
};

const distribute: client.Offer = {
	summary: "distribute lines and deploys over a Citus cluster, on the server's machine",
	load: () => import('./distribute.ts')
};

const commands = {
	...client.commands,
	bootstrap,
	'reset-password': resetPassword,
	backup,
	'move-deploys': moveDeploys,
	distribute
};
process.exitCode = await client.run(commands, process.argv.slice(2));
