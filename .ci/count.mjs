// Adds up the test reports and closes with `N passed, N failed, N skipped`. A check that failed, a report that is missing,
// and a test file that no report knows count as one failure each.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [checksFailed, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
const ran = new Set();
for (const path of reports) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests + report.numTodoTests;
    for (const file of report.testResults) ran.add(file.name);
  } catch (error) {
    console.error(`no test report at ${path}: ${error.message}`);
    failed += 1;
  }
}
const files = execFileSync('git', ['ls-files', '*.test.ts'], { encoding: 'utf8' }).trim().split('\n');
for (const file of files) {
  if (ran.has(`${process.cwd()}/${file}`)) continue;
  console.error(`did not run: ${file}`);
  failed += 1;
}
if (checksFailed !== '0' && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
