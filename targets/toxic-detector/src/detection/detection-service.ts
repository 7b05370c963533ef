// Detects: asks the model, answers, hands the result on to the database and the live feed. Once per id.
import { randomUUID } from 'node:crypto';
import type { Detector } from '../model/detector.ts';
import type { Verdict } from '../model/classify.ts';

export interface DetectionRequest {
  readonly text: string;
  /** Chosen by the client, so that a retry of a request whose answer was lost is not a second detection. */
  readonly id?: string;
  readonly platform?: string;
}

export interface Detection extends Verdict {
  readonly id: string;
  readonly platform: string;
  readonly text: string;
  readonly at: Date;
}

const rememberedIds = 10_000;

/** `onDetected` is called once per id, however often it is asked for (as long as it is among the last 10,000). */
export function detectionService(model: Detector, onDetected: (detection: Detection) => void) {
  const recent = new Map<string, Promise<Detection>>();

  const remember = (id: string, detection: Promise<Detection>): void => {
    const oldest = recent.size >= rememberedIds ? recent.keys().next() : null;
    if (oldest && !oldest.done) recent.delete(oldest.value);
    recent.set(id, detection);
    // What failed may be asked again; the caller of this attempt hears of the failure itself.
    detection.catch(() => recent.delete(id));
  };

  const complete = (id: string, request: DetectionRequest, verdict: Verdict | undefined): Detection => {
    if (!verdict) throw new Error('the model gave fewer verdicts than it was given texts');
    const detection = {
      id,
      platform: request.platform ?? 'social',
      text: request.text,
      at: new Date(),
      ...verdict,
    };
    onDetected(detection);
    return detection;
  };

  /** In the order of the requests; all of them succeed or the call rejects. */
  return (requests: readonly DetectionRequest[]): Promise<Detection[]> => {
    const identified = requests.map((request) => ({ id: request.id ?? randomUUID(), request }));
    const fresh = identified.filter(
      ({ id }, index) => !recent.has(id) && identified.findIndex((other) => other.id === id) === index,
    );
    if (fresh.length > 0) {
      const verdicts = model.classify(fresh.map(({ request }) => request.text));
      fresh.forEach(({ id, request }, index) => {
        remember(
          id,
          verdicts.then((all) => complete(id, request, all[index])),
        );
      });
    }
    return Promise.all(
      identified.map(
        ({ id }) => recent.get(id) ?? Promise.reject(new Error('a detection was forgotten at once')),
      ),
    );
  };
}
