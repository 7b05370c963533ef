// Adds up the test reports and closes with `N passed, N failed, N skipped`. A check that failed, or a report that is missing, counts as one failure.
import { readFileSync } from 'node:fs';

const [checksFailed, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
for (const path of reports) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests + report.numTodoTests;
  } catch (error) {
    console.error(`no test report at ${path}: ${error.message}`);
    failed += 1;
  }
}
if (checksFailed !== '0' && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
