// The commit that a run is made from: git's word in the scenario's folder, else what the CI says, else nothing.

import { dirname } from 'node:path';
import { type Commit, commitSchema, plainBranch } from '../record/commit-schema.ts';
import { type Git, gitIn } from './git.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names under which CI services pass on what they check out: GitHub, GitLab, CircleCI, Azure, Jenkins, Bitbucket … */
const shaNames = [
  ...['GITHUB_SHA', 'CI_COMMIT_SHA', 'CIRCLE_SHA1', 'BUILD_SOURCEVERSION', 'GIT_COMMIT'],
  ...['BITBUCKET_COMMIT', 'BUILDKITE_COMMIT', 'TRAVIS_COMMIT', 'DRONE_COMMIT_SHA'],
];
/** The branch of a pull request goes before the name that was made up for its merge. */
const branchNames = [
  ...['GITHUB_HEAD_REF', 'GITHUB_REF_NAME', 'CI_MERGE_REQUEST_SOURCE_BRANCH_NAME', 'CI_COMMIT_REF_NAME'],
  ...[
    'CIRCLE_BRANCH',
    'SYSTEM_PULLREQUEST_SOURCEBRANCH',
    'BUILD_SOURCEBRANCHNAME',
    'BRANCH_NAME',
    'GIT_BRANCH',
  ],
  ...['BITBUCKET_BRANCH', 'BUILDKITE_BRANCH', 'TRAVIS_PULL_REQUEST_BRANCH', 'TRAVIS_BRANCH'],
  ...['DRONE_SOURCE_BRANCH', 'DRONE_BRANCH'],
];

/** Names of the branch that a pull request comes from and of the one that it goes to; a third is set in pull requests only. */
const pullRequestNames: readonly (readonly [head: string, base: string, only?: string])[] = [
  ['GITHUB_HEAD_REF', 'GITHUB_BASE_REF'],
  ['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME'],
  ['SYSTEM_PULLREQUEST_SOURCEBRANCH', 'SYSTEM_PULLREQUEST_TARGETBRANCH'],
  ['BITBUCKET_BRANCH', 'BITBUCKET_PR_DESTINATION_BRANCH'],
  ['BUILDKITE_BRANCH', 'BUILDKITE_PULL_REQUEST_BASE_BRANCH'],
  ['CHANGE_BRANCH', 'CHANGE_TARGET'],
  ['TRAVIS_PULL_REQUEST_BRANCH', 'TRAVIS_BRANCH'],
  ['DRONE_SOURCE_BRANCH', 'DRONE_TARGET_BRANCH', 'DRONE_PULL_REQUEST'],
];

const firstOf = (environment: Environment, names: readonly string[]): string | null =>
  names.map((name) => environment[name]?.trim() ?? '').find((value) => value !== '') ?? null;

/**
 * A pull request from a branch of the same name as the one that it goes to comes from another repository: a fork's `main` is
 * not the `main` whose runs others are held against.
 */
function ownName(environment: Environment, branch: string | null): string | null {
  if (branch === null) return null;
  const plain = plainBranch(branch);
  const isNamed = (name: string): boolean => plainBranch(firstOf(environment, [name]) ?? '') === plain;
  const isForks = pullRequestNames.some(
    ([head, base, only]) =>
      isNamed(head) && isNamed(base) && (only === undefined || firstOf(environment, [only]) !== null),
  );
  return isForks ? `${plain} (pull request)` : branch;
}

const ciBranch = (environment: Environment): string | null => firstOf(environment, branchNames);

/** Where a scenario's commit is looked for: its own folder; without a file, the folder that Mettle was called in. */
export const repositoryOf = (file: string | null): string => (file === null ? process.cwd() : dirname(file));

/** Never rejects; null when nobody can say. */
export async function commitOf(
  folder: string,
  environment: Environment = process.env,
  git: Git = gitIn(folder),
): Promise<Commit | null> {
  const said = commitSchema.safeParse((await fromGit(git, environment)) ?? fromCi(environment));
  return said.success ? said.data : null;
}

async function fromGit(git: Git, environment: Environment): Promise<Commit | null> {
  const head = await git('log', '-1', '--no-show-signature', '--format=%H %ct', 'HEAD');
  const [sha = '', seconds = ''] = head?.split(' ') ?? [];
  if (sha === '') return null;
  const branch = await git('symbolic-ref', '--quiet', '--short', 'HEAD');
  const changed = await git('status', '--porcelain', '--untracked-files=no', '--ignore-submodules=none');
  return {
    sha,
    branch: ownName(environment, branch ?? (ciIsHere(environment, sha) ? ciBranch(environment) : null)),
    at: /^\d+$/.test(seconds) ? new Date(Number(seconds) * 1_000).toISOString() : null,
    // Where git could not tell in time, nobody knows that it is clean.
    dirty: changed !== '',
  };
}

/** What the CI says is about what it checked out, which need not be the repository of this folder. */
const ciIsHere = (environment: Environment, sha: string): boolean => firstOf(environment, shaNames) === sha;

function fromCi(environment: Environment): Commit | null {
  const sha = firstOf(environment, shaNames);
  if (sha === null) return null;
  return {
    ...{ sha: sha.toLowerCase(), branch: ownName(environment, ciBranch(environment)) },
    ...{ at: null, dirty: false },
  };
}
