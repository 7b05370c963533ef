// A port that refuses is not stormed: how long a saturating connection waits before it tries again.

const longestPauseMs = 100;

/** How long a connection waits before it is opened anew, after so many failures without an answer between them. */
export const pauseMs = (failuresInARow: number): number =>
  failuresInARow < 2 ? 0 : Math.min(longestPauseMs, 2 ** Math.min(failuresInARow - 2, 30));
