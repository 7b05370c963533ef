// The service without a database and without a trained model: both are replaced by what a test can see into.
import { buildApp, type App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Database, Query } from '../../src/database/database.ts';
import { modelSlot } from '../../src/model/model-slot.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

export const jwtSecret = 'a secret for this test';

/** Answers every statement with no rows, or fails as a database does that is gone. */
function fakeDatabase() {
  const state = { gone: false, statements: 0 };
  const query: Query = () => {
    state.statements += 1;
    return Promise.resolve([]);
  };
  const database: Database = {
    use: (work) =>
      state.gone
        ? Promise.reject(
            Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' }),
          )
        : work(query),
    close: () => Promise.resolve(),
  };
  return { database, state };
}

function trainedModel() {
  const slot = modelSlot();
  slot.fill({
    classify: (texts) => Promise.resolve(texts.map(() => ({ prediction: 'clean', confidence: 0.9 }))),
    close: () => Promise.resolve(),
  });
  return slot;
}

export interface AppFixture {
  readonly fake: ReturnType<typeof fakeDatabase>;
  /** Lines that the service has logged. */
  readonly logged: string[];
  /** Whether it has been told to stop. */
  stopping: boolean;
  /** Whoever builds it closes it. */
  build(environment?: Readonly<Record<string, string>>, slot?: ReturnType<typeof modelSlot>): Promise<App>;
}

export function appFixture(): AppFixture {
  const fixture: AppFixture = {
    fake: fakeDatabase(),
    logged: [],
    stopping: false,
    build: async (environment = {}, slot = trainedModel()) =>
      buildApp({
        config: readConfig({ DATABASE_URL: 'postgres://nowhere', JWT_SECRET: jwtSecret, ...environment }),
        database: fixture.fake.database,
        store: memoryStore(),
        model: slot,
        metrics: createMetrics(),
        log: (line) => void fixture.logged.push(line),
        isStopping: () => fixture.stopping,
      }),
  };
  return fixture;
}
