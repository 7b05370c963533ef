// How many virtual users a closed load wants at a time, and when each of them comes and goes.

export interface UserCurveStage {
  readonly fromUsers: number;
  readonly toUsers: number;
  readonly forMicros: number;
}

/** A virtual user is there from `fromMicros` until before `untilMicros`, from the start of the load. */
export interface Presence {
  readonly fromMicros: number;
  readonly untilMicros: number;
  /** Its place among those who come in the same moment, as a share in [0, 1): a pace spreads them by it. */
  readonly spread: number;
}

/** The highest number of users the curve ever wants. */
export function peakUsers(stages: readonly UserCurveStage[]): number {
  return stages.reduce((peak, stage) => Math.max(peak, stage.fromUsers, stage.toUsers), 0);
}

/** Users wanted at a time: the curve rounded to the nearest whole user; 0 before it and after it. */
export function usersAt(stages: readonly UserCurveStage[], timeMicros: number): number {
  let startMicros = 0;
  for (const { fromUsers, toUsers, forMicros } of stages) {
    const into = timeMicros - startMicros;
    if (into >= 0 && into < forMicros) {
      return Math.round(fromUsers + ((toUsers - fromUsers) * into) / forMicros);
    }
    startMicros += forMicros;
  }
  return 0;
}

interface Stretch {
  readonly fromMicros: number;
  readonly untilMicros: number;
}

/** Where within a stage the curve is at or above `level`, as microseconds from the stage's start; undefined = nowhere. */
function aboveWithin(stage: UserCurveStage, level: number): Stretch | undefined {
  const { fromUsers, toUsers, forMicros } = stage;
  const startsAbove = fromUsers >= level;
  const endsAbove = toUsers >= level;
  if (startsAbove && endsAbove) return { fromMicros: 0, untilMicros: forMicros };
  if (!startsAbove && !endsAbove) return undefined;
  const crossing = ((level - fromUsers) / (toUsers - fromUsers)) * forMicros;
  return endsAbove
    ? { fromMicros: crossing, untilMicros: forMicros }
    : { fromMicros: 0, untilMicros: crossing };
}

/** When user number `user` (from 0) is wanted: the stretches in which the rounded curve exceeds `user`. */
export function presencesOf(stages: readonly UserCurveStage[], user: number): Presence[] {
  const presences: Presence[] = [];
  let startMicros = 0;
  let levelBefore = 0;
  for (const stage of stages) {
    const within = aboveWithin(stage, user + 0.5);
    if (within !== undefined && within.untilMicros > within.fromMicros) {
      const fromMicros = startMicros + within.fromMicros;
      const untilMicros = startMicros + within.untilMicros;
      const before = presences.at(-1);
      if (before?.untilMicros === fromMicros) presences[presences.length - 1] = { ...before, untilMicros };
      else
        presences.push({
          fromMicros,
          untilMicros,
          spread: within.fromMicros > 0 ? 0 : spread(user, levelBefore, stage),
        });
    }
    startMicros += stage.forMicros;
    levelBefore = stage.toUsers;
  }
  return presences;
}

/** Where the curve jumps, users `levelBefore` … `fromUsers` − 1 come at once. */
function spread(user: number, levelBefore: number, { fromUsers }: UserCurveStage): number {
  return (user - levelBefore) / (fromUsers - levelBefore);
}
