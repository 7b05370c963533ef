// Whether reports can be looked at in a browser here, and where what was seen is kept.

import { packagePath } from '../../src/kernel/entry.ts';
import { findChromium } from '../e2e/report-browser.ts';

/** Screenshots go here. */
export const artifactsFolder = process.env['METTLE_ARTIFACTS'] ?? packagePath('artifacts');

/** False, said loudly, when there is no Chromium; throws when nothing may be skipped. */
export function canLookAtReports(): boolean {
  if (findChromium() !== undefined) return true;
  const reason = 'no Chromium found (CHROMIUM_BIN): the reports were not looked at in a browser';
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.warn(`SKIPPED: ${reason}`);
  return false;
}
