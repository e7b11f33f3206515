#!/usr/bin/env node

import process from 'node:process';
import * as client from './client.ts';

const bootstrap: client.Offer = {
	summary: "make an organization, its owner and an API key, on the server's machine",
	load: () => import('./bootstrap.ts')
};

process.exitCode = await client.run({ ...client.commands, bootstrap }, process.argv.slice(2));
