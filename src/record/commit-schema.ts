// The commit that a run was made from, as git said it.

import { z } from 'zod';

export const commitSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** null: detached, and no CI said which. */
  branch: z.string().nullable(),
  /** ISO 8601, UTC: when it was committed. */
  at: z.string().nullable(),
  /** Files that git knows differ from the commit. */
  dirty: z.boolean(),
});

export type Commit = z.infer<typeof commitSchema>;

/** CI services and git write the same branch in several ways. */
export const plainBranch = (branch: string): string =>
  branch.replace(/^refs\/(heads|remotes)\//, '').replace(/^origin\//, '');
