// The library: everything the command line does, usable from a program.

export { readComparison } from './compare/read.ts';
export type { ClaimResult, Comparison, MetricComparison } from './compare/schema.ts';
export type { Hook, HookContext } from './engines/hook-context.ts';
export { exitCodes, type ExitCode, MettleError } from './kernel/errors.ts';
export type { RunData } from './record/data.ts';
export { appendHistory, readHistory } from './record/history.ts';
export type { HistoryEntry } from './record/history-schema.ts';
export type { RunRecord, SeriesRecord, SloRecord, Verdict } from './record/schema.ts';
export { readRecord } from './record/store.ts';
export { comparisonReporters, type Reporter, runReporters } from './report/registry.ts';
export { historyEntryOf } from './run/history-entry.ts';
export type { LiveView, RunView } from './run/live-view.ts';
export { type RunOptions, type RunOutcome, runScenario } from './run/run-scenario.ts';
export type { Verified } from './run/verify-request.ts';
export { type VerifyOptions, verifyScenario } from './run/verify-scenario.ts';
export { scenarioFromUrl, type UrlOptions } from './scenario/from-url.ts';
export { scenarioJsonSchema, targetJsonSchema } from './scenario/json-schema.ts';
export { type LoadedScenario, loadScenario } from './scenario/load.ts';
export { loadTarget } from './scenario/load-target.ts';
export type { Scenario } from './scenario/scenario.ts';
export { type ValidatedFile, validateFiles } from './scenario/validate.ts';
export { listTargets } from './system/find-targets.ts';
export type { TargetSpec } from './system/target-spec.ts';
