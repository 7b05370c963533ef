// What the rest of the service knows of the model: texts in, verdicts out, wherever it runs.
import type { Verdict } from './classify.ts';

export interface Detector {
  /** One verdict per text, in order. */
  classify(texts: readonly string[]): Promise<Verdict[]>;
  close(): Promise<void>;
}
