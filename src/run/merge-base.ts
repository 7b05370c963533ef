// Where this work left its base branch, and the commits before that: what `vs merge_base` looks for runs of.

import type { Commit } from '../record/commit-schema.ts';
import { type Git, gitIn } from './git.ts';

/** So many commits back a run is still taken for one of where the work left. */
const mostAncestors = 50;

type Environment = Readonly<Record<string, string | undefined>>;

interface MergeBase {
  /** `main`, `origin/main` */
  readonly branch: string;
  /** The merge base and its ancestors, the nearest first; not the commit that is held against it, unless it was changed. */
  readonly commits: readonly string[];
  /** `commit 1a2b3c4, where this left main` */
  readonly where: string;
}

/**
 * Of a run's commit, in the scenario's folder. `asked` null: what the CI says, else origin's default, else main or master.
 * A sentence: why there is none. Never rejects.
 */
export async function mergeBaseOf(
  folder: string,
  asked: string | null,
  commit: Pick<Commit, 'sha' | 'dirty'>,
  environment: Environment = process.env,
  git: Git = gitIn(folder),
): Promise<MergeBase | string> {
  const head = await git('rev-parse', '--verify', '--quiet', `${commit.sha}^{commit}`);
  if (head === null) return `git does not know the commit ${commit.sha.slice(0, 12)} in ${folder}`;
  const branch = await baseBranch(asked, environment, git);
  if (branch === null)
    return asked === null
      ? 'git knows no base branch (neither origin/HEAD, nor main, nor master): name it, `vs merge_base(<branch>)`'
      : `git knows no branch \`${asked}\` here`;
  const base = await git('merge-base', head, branch);
  if (base === null)
    return `git knows no common ancestor of ${head.slice(0, 12)} and ${branch}${await shallowness(git)}`;
  // A clean commit of the base branch: held against itself it would show nothing.
  const isItself = base === head && !commit.dirty;
  // Along the branch itself: what was merged into it was never there alone.
  const listed = await git('rev-list', '--first-parent', `--max-count=${mostAncestors + 1}`, base);
  const all = listed?.split('\n').filter((sha) => sha !== '') ?? [];
  const commits = isItself ? all.slice(1) : all;
  if (commits.length === 0)
    return `there is no commit before ${head.slice(0, 12)}, which is on ${branch} itself${await shallowness(git)}`;
  const where = isItself
    ? `the commit before ${head.slice(0, 12)}, which is on ${branch} itself`
    : `commit ${base.slice(0, 12)}, where this left ${branch}`;
  return { branch, commits, where };
}

const shallowness = async (git: Git): Promise<string> =>
  (await git('rev-parse', '--is-shallow-repository')) === 'true'
    ? ': the repository was cloned without its history (in CI: fetch-depth: 0)'
    : '';

/** The name of the branch that work goes to, as the CI or git says; null: nobody knows it. Never rejects. */
export async function baseBranchName(
  folder: string,
  environment: Environment = process.env,
  git: Git = gitIn(folder),
): Promise<string | null> {
  return ciBase(environment) ?? (await baseBranch(null, {}, git));
}

/** A branch that exists; of a pull request only `origin/<name>` may be there. */
async function baseBranch(asked: string | null, environment: Environment, git: Git): Promise<string | null> {
  const said = asked ?? ciBase(environment);
  const candidates =
    said === null
      ? [await originHead(git), 'origin/main', 'main', 'origin/master', 'master']
      : [`origin/${said}`, said];
  for (const name of candidates) {
    if (name === null) continue;
    if ((await git('rev-parse', '--verify', '--quiet', `${name}^{commit}`)) !== null) return name;
  }
  return null;
}

const originHead = (git: Git): Promise<string | null> =>
  git('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');

function ciBase(environment: Environment): string | null {
  const names = [
    ...['GITHUB_BASE_REF', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', 'BITBUCKET_PR_DESTINATION_BRANCH'],
    ...['BUILDKITE_PULL_REQUEST_BASE_BRANCH', 'CHANGE_TARGET', 'DRONE_TARGET_BRANCH'],
  ];
  // Nothing that git would take for an option.
  return names.map((name) => environment[name]?.trim() ?? '').find((value) => /^\w/.test(value)) ?? null;
}
