// An arrival rate over time as arithmetic: its integral Λ, and the inverse that turns a position in it into a time.

/** Rates in 1/s change linearly from `fromPerSecond` to `toPerSecond` during `forMicros`. */
export interface RateCurveStage {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  readonly forMicros: number;
}

/** Positions are numbers of arrivals (Λ), times are microseconds from the start of the load. */
export interface RateCurve {
  readonly durationMicros: number;
  /** Λ at the end: how many arrivals the whole curve holds, with its fraction. */
  readonly total: number;
  /** Λ(t). */
  positionAt(timeMicros: number): number;
  /** The first moment after which Λ exceeds `position`; where the rate is 0 that is the end of the pause. Infinity beyond the end. */
  timeAt(position: number): number;
  /** Λ at the end of each stage, in order. */
  readonly stageEnds: readonly number[];
}

interface Segment {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly startPosition: number;
  readonly endPosition: number;
  readonly fromPerSecond: number;
  /** Change of the rate, in 1/s². */
  readonly slope: number;
}

function segmentsOf(stages: readonly RateCurveStage[]): Segment[] {
  let startMicros = 0;
  let startPosition = 0;
  return stages.map(({ fromPerSecond, toPerSecond, forMicros }) => {
    const seconds = forMicros / 1e6;
    const segment: Segment = {
      startMicros,
      endMicros: startMicros + forMicros,
      startPosition,
      endPosition: startPosition + ((fromPerSecond + toPerSecond) / 2) * seconds,
      fromPerSecond,
      slope: seconds > 0 ? (toPerSecond - fromPerSecond) / seconds : 0,
    };
    startMicros = segment.endMicros;
    startPosition = segment.endPosition;
    return segment;
  });
}

function positionWithin(segment: Segment, timeMicros: number): number {
  const seconds = (timeMicros - segment.startMicros) / 1e6;
  return segment.startPosition + segment.fromPerSecond * seconds + (segment.slope * seconds * seconds) / 2;
}

/** Solves a·t + s·t²/2 = x in the form 2x / (a + √(a² + 2sx)), which stays exact for small slopes of either sign. */
function timeWithin(segment: Segment, position: number): number {
  const x = position - segment.startPosition;
  if (x <= 0) return segment.startMicros;
  const rate = segment.fromPerSecond;
  const root = Math.sqrt(Math.max(0, rate * rate + 2 * segment.slope * x));
  return Math.min(segment.endMicros, segment.startMicros + ((2 * x) / (rate + root)) * 1e6);
}

export function createRateCurve(stages: readonly RateCurveStage[]): RateCurve {
  const segments = segmentsOf(stages);
  const last = segments.at(-1);
  const total = last?.endPosition ?? 0;
  // Positions are asked for in rising order, so the search starts where the one before ended.
  let hint = 0;
  const indexOf = (position: number): number => {
    if ((segments[hint]?.startPosition ?? 0) > position) hint = 0;
    while (hint < segments.length && (segments[hint]?.endPosition ?? Infinity) <= position) hint += 1;
    return hint;
  };
  return {
    durationMicros: last?.endMicros ?? 0,
    total,
    positionAt: (timeMicros) => {
      if (timeMicros <= 0) return 0;
      const segment = segments.find(({ endMicros }) => timeMicros < endMicros);
      return segment === undefined ? total : positionWithin(segment, timeMicros);
    },
    timeAt: (position) => {
      const segment = segments[indexOf(position)];
      return segment === undefined ? Infinity : timeWithin(segment, position);
    },
    stageEnds: segments.map(({ endPosition }) => endPosition),
  };
}
