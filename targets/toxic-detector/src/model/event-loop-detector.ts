// Mechanism MODEL_WORKERS=0: the model runs on the event loop; while it thinks nothing else is answered.
import { classify } from './classify.ts';
import type { Detector } from './detector.ts';

export function eventLoopDetector(shared: SharedArrayBuffer): Detector {
  const weights = new Float32Array(shared);
  return {
    classify: (texts) => Promise.resolve(texts.map((text) => classify(weights, text))),
    close: () => Promise.resolve(),
  };
}
