#!/usr/bin/env node

// The program that the server offers as /cli.mjs, bundled by scripts/bundle.mjs.
import process from 'node:process';
import * as client from './client.ts';

process.exitCode = await client.run(client.commands, process.argv.slice(2));
