// The place of the model in the service: empty until it has been trained, refused politely until then.
import { ServiceError } from '../errors.ts';
import type { Verdict } from './classify.ts';
import type { Detector } from './detector.ts';

export interface ModelSlot extends Detector {
  readonly isReady: () => boolean;
  fill(detector: Detector): void;
}

export function modelSlot(): ModelSlot {
  let inside: Detector | null = null;
  return {
    isReady: () => inside !== null,
    fill(detector) {
      inside = detector;
    },
    classify(texts): Promise<Verdict[]> {
      if (inside) return inside.classify(texts);
      return Promise.reject(new ServiceError(503, 'model_loading', 'the model is still being trained', 1));
    },
    async close() {
      await inside?.close();
    },
  };
}
