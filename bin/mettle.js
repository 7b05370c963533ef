#!/usr/bin/env node
import { main } from '../dist/bundled/cli-main.js';

process.exitCode = await main(process.argv);
