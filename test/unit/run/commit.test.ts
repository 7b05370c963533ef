// The commit of a run, by git in a folder of its own, and by what a CI says where git cannot.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../../src/record/history-schema.ts';
import type { RunRecord } from '../../../src/record/schema.ts';
import { findBaselines } from '../../../src/run/baselines.ts';
import { branchesFor, isOfBranches } from '../../../src/run/branches.ts';
import { commitOf } from '../../../src/run/commit.ts';
import { historyEntryOf } from '../../../src/run/history-entry.ts';
import { gitIn } from '../../../src/run/git.ts';
import { mergeBaseOf } from '../../../src/run/merge-base.ts';
import { realisticRun } from '../../support/run-data.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mettle-commit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Of nobody's configuration. */
const env = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

/** One commit on the branch that is checked out; returns its name. */
function commit(name: string): string {
  writeFileSync(join(folder, name), name);
  git('add', name);
  git('commit', '-m', name, '--date', '2026-01-02T03:04:05Z');
  return git('rev-parse', 'HEAD');
}

const repository = (): void => void git('init', '-b', 'main');
const asked = (environment: Record<string, string> = {}) => commitOf(folder, environment, gitIn(folder, env));
const sha = 'a1'.repeat(20);

describe('the commit', () => {
  test('is what git says: name, branch, time, and whether known files differ', async () => {
    repository();
    const head = commit('one');
    writeFileSync(join(folder, 'unknown-to-git'), '');
    const at = new Date(git('log', '-1', '--format=%cI')).toISOString();
    expect(await asked()).toEqual({ sha: head, branch: 'main', at, dirty: false });
    writeFileSync(join(folder, 'one'), 'changed');
    expect(await asked()).toMatchObject({ sha: head, dirty: true });
  });

  test('is the same from a folder inside', async () => {
    repository();
    const head = commit('one');
    mkdirSync(join(folder, 'scenarios'));
    const inside = join(folder, 'scenarios');
    expect(await commitOf(inside, {}, gitIn(inside, env))).toMatchObject({ sha: head, dirty: false });
  });

  test('detached, the CI names the branch, if it checked out the same', async () => {
    repository();
    const head = commit('one');
    git('checkout', '--detach');
    expect(await asked()).toMatchObject({ branch: null });
    expect(
      await asked({ GITHUB_SHA: head, GITHUB_REF_NAME: '12/merge', GITHUB_HEAD_REF: 'faster' }),
    ).toMatchObject({
      sha: head,
      branch: 'faster',
    });
    expect(await asked({ GITHUB_SHA: sha, GITHUB_REF_NAME: 'other' })).toMatchObject({
      sha: head,
      branch: null,
    });
  });

  test('without a repository is what the CI says, and nothing where nobody says it', async () => {
    expect(await asked()).toBeNull();
    expect(await asked({ CI_COMMIT_SHA: sha, CI_COMMIT_REF_NAME: 'main' })).toEqual({
      ...{ sha, branch: 'main', at: null, dirty: false },
    });
    expect(await asked({ GITHUB_SHA: 'no commit' })).toBeNull();
  });

  const pulled = { GITHUB_REF_NAME: '12/merge', GITHUB_HEAD_REF: 'main', GITHUB_BASE_REF: 'main' };

  test.each<[string, Record<string, string>, string]>([
    ['of a fork’s main', { GITHUB_SHA: sha, ...pulled }, 'main (pull request)'],
    ['of another branch', { GITHUB_SHA: sha, ...pulled, GITHUB_HEAD_REF: 'faster' }, 'faster'],
    ['to another branch', { GITHUB_SHA: sha, ...pulled, GITHUB_BASE_REF: 'release' }, 'main'],
    [
      'of a fork’s main on GitLab',
      {
        ...{ CI_COMMIT_SHA: sha, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'main' },
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      },
      'main (pull request)',
    ],
    [
      'of a fork’s main on Azure',
      {
        ...{ BUILD_SOURCEVERSION: sha, SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/main' },
        SYSTEM_PULLREQUEST_TARGETBRANCH: 'main',
      },
      'main (pull request)',
    ],
    [
      'of a fork’s main on Drone',
      {
        ...{ DRONE_COMMIT_SHA: sha, DRONE_SOURCE_BRANCH: 'main', DRONE_TARGET_BRANCH: 'main' },
        ...{ DRONE_BRANCH: 'main', DRONE_PULL_REQUEST: '12' },
      },
      'main (pull request)',
    ],
    [
      'which Drone does not call one: a push',
      {
        ...{ DRONE_COMMIT_SHA: sha, DRONE_SOURCE_BRANCH: 'main', DRONE_TARGET_BRANCH: 'main' },
        ...{ DRONE_BRANCH: 'main' },
      },
      'main',
    ],
    [
      'of another branch on Drone',
      {
        ...{ DRONE_COMMIT_SHA: sha, DRONE_SOURCE_BRANCH: 'faster', DRONE_TARGET_BRANCH: 'main' },
        ...{ DRONE_BRANCH: 'main', DRONE_PULL_REQUEST: '12' },
      },
      'faster',
    ],
  ])('of a pull request %s', async (_what, environment, branch) => {
    expect(await asked(environment)).toMatchObject({ sha, branch });
  });

  test('of a pull request from a fork’s main is none of main, also where git names the branch', async () => {
    repository();
    const head = commit('one');
    const marked = { branch: 'main (pull request)' };
    expect(await asked(pulled)).toMatchObject(marked);
    git('checkout', '--detach');
    const found = await asked({ ...pulled, GITHUB_SHA: head });
    expect(found).toMatchObject(marked);
    const branchesOfMain = branchesFor({ branch: 'main' }, 'main');
    expect(isOfBranches(found, branchesOfMain)).toBe(false);
    expect(isOfBranches({ branch: 'origin/main' }, branchesOfMain)).toBe(true);
    expect(branchesFor(found, 'main')).toEqual(['main (pull request)', 'main']);
  });

  test('of a repository without commits, of a folder that is gone, or without git, is none', async () => {
    repository();
    expect(await asked()).toBeNull();
    expect(await commitOf(join(folder, 'gone'), {}, gitIn(join(folder, 'gone'), env))).toBeNull();
    commit('one');
    expect(await commitOf(folder, {}, gitIn(folder, { PATH: '/nonexistent' }))).toBeNull();
  });

  test('is that of the folder, also when git itself called for another repository', async () => {
    repository();
    const head = commit('one');
    const hooked = { ...env, GIT_DIR: '/nonexistent/.git', GIT_WORK_TREE: '/nonexistent' };
    expect(await commitOf(folder, {}, gitIn(folder, hooked))).toMatchObject({ sha: head });
  });
});

describe('the merge base', () => {
  const baseOf = (
    branch: string | null,
    head: string,
    dirty = false,
    environment: Record<string, string> = {},
  ) => mergeBaseOf(folder, branch, { sha: head, dirty }, environment, gitIn(folder, env));

  test('is where the work left its branch, with the commits before it, the nearest first', async () => {
    repository();
    const [one, two] = [commit('one'), commit('two')];
    git('checkout', '-b', 'faster');
    commit('three');
    const head = commit('four');
    git('checkout', 'main');
    commit('five');
    const found = { branch: 'main', commits: [two, one] };
    expect(await baseOf(null, head)).toMatchObject(found);
    expect(await baseOf('main', head)).toMatchObject(found);
    expect(await baseOf(null, head, false, { GITHUB_BASE_REF: 'main' })).toMatchObject(found);
    expect(await baseOf('faster', two)).toMatchObject({ commits: [one] });
  });

  test('of a clean commit of the branch itself is the one before it; of a changed one, itself', async () => {
    repository();
    const [one, two] = [commit('one'), commit('two')];
    expect(await baseOf(null, two)).toMatchObject({ commits: [one] });
    expect(await baseOf(null, two, true)).toMatchObject({ commits: [two, one] });
    expect(await baseOf(null, one)).toMatch(/no commit before/);
  });

  test('goes along the branch, not along what was merged into it', async () => {
    repository();
    const one = commit('one');
    git('checkout', '-b', 'side');
    commit('side');
    git('checkout', 'main');
    const two = commit('two');
    git('merge', '--no-ff', '-m', 'merged', 'side');
    const merged = git('rev-parse', 'HEAD');
    git('checkout', '-b', 'faster');
    expect(await baseOf(null, commit('three'))).toMatchObject({ commits: [merged, two, one] });
  });

  test.each<[string | null, string, RegExp]>([
    ['release', '', /no branch `release`/],
    [null, sha, /does not know the commit/],
  ])('asked for %s of %s: why there is none', async (branch, head, why) => {
    repository();
    const own = commit('one');
    expect(await baseOf(branch, head === '' ? own : head)).toMatch(why);
  });

  test('of branches that have nothing in common is none, and without a base branch neither', async () => {
    repository();
    const one = commit('one');
    git('checkout', '--orphan', 'other');
    const other = commit('two');
    expect(await baseOf('main', other)).toMatch(/no common ancestor/);
    git('checkout', 'main');
    git('branch', '-m', 'trunk');
    expect(await baseOf(null, one)).toMatch(/no base branch/);
  });
});

describe('a promise against the merge base', () => {
  const template = realisticRun({ seconds: 4 });
  const text = 'p50(query) <= +10% vs merge_base';
  const pass = { status: 'pass', reasons: [], exitCode: 0 } as const;
  const runOf = (id: string, day: number, sha: string, dirty = false): RunRecord => ({
    ...{ ...template.run, id, startedAt: `2026-01-0${day}T09:00:00.000Z` },
    verdict: { ...pass, reasons: [] },
    slo: [{ ...template.run.slo[0]!, text }],
    commit: { sha, branch: null, at: null, dirty },
  });
  const entry = (run: RunRecord): HistoryEntry => historyEntryOf({ ...template, run });
  const against = async (head: string, ...runs: readonly RunRecord[]) => {
    const slo = [{ assert: text, severity: 'fail' as const }];
    const places = { folder: join(folder, 'none'), history: runs.map(entry), repository: folder };
    const found = (await findBaselines(slo, runOf('now', 9, head), places)).of({ text, severity: 'fail' });
    return { ids: found.runs.map(({ id }) => id), reason: found.reason };
  };

  test('takes the newest green run of it, or of its nearest ancestor that has one', async () => {
    repository();
    const [one, two, three] = [commit('one'), commit('two'), commit('three')];
    git('checkout', '-b', 'faster');
    const head = commit('four');
    const runs = [runOf('old', 1, one), runOf('a', 2, two), runOf('b', 3, two), runOf('own', 8, head)];
    expect(await against(head, ...runs)).toEqual({ ids: ['b'], reason: null });
    expect(await against(head, ...runs, runOf('base', 4, three))).toMatchObject({ ids: ['base'] });
  });

  test('takes none of a working tree that was changed, none that failed, and none of this work itself', async () => {
    repository();
    const one = commit('one');
    git('checkout', '-b', 'faster');
    const head = commit('two');
    const failed = {
      ...runOf('failed', 4, one),
      verdict: { status: 'fail' as const, reasons: [], exitCode: 1 },
    };
    const { ids, reason } = await against(head, runOf('dirty', 3, one, true), failed, runOf('own', 5, head));
    expect(ids).toEqual([]);
    expect(reason).toContain(`commit ${one.slice(0, 12)}, where this left main`);
  });
});
