// Whose earlier runs say what is usual: what is tried on other branches must not become what the base branch is held against.

import { type Commit, plainBranch } from '../record/commit-schema.ts';

type OfCommit = Pick<Commit, 'branch'> | null | undefined;

/** null: it is not known of which branch a run is, or which one is the base; then all of them count. */
type Branches = readonly string[] | null;

/** A run of the base branch looks at its own runs, one of another branch at those of both. `base`: as git or the CI names it. */
export function branchesFor(commit: OfCommit, base: string | null): Branches {
  const own = nameOf(commit);
  if (own === null) return null;
  const known = base === null ? null : plainBranch(base);
  if (known !== null) return own === known ? [own] : [own, known];
  return usualBases.includes(own) ? [own] : null;
}

/** A run of which nobody knows the branch counts. */
export function isOfBranches(commit: OfCommit, branches: Branches): boolean {
  const own = nameOf(commit);
  return branches === null || own === null || branches.includes(own);
}

const usualBases: readonly string[] = ['main', 'master'];

const nameOf = (commit: OfCommit): string | null => {
  const branch = commit?.branch ?? null;
  return branch === null ? null : plainBranch(branch);
};
