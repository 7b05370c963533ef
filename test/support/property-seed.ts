// Property tests draw the same cases on every machine, so that a build fails only for what was changed.
// METTLE_PROPERTY_SEED=<whole number> draws others, `random` new ones each time: that is how new mistakes are looked for.

import fc from 'fast-check';

const wanted = process.env['METTLE_PROPERTY_SEED'];
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted ?? 1) });
