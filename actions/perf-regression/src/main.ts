import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'perf-regression',
  inputs,
  failOn,
  // Loaded only when the inputs are right: a mistake should be told at once.
  run: async (...given) => (await import('./run.ts')).run(...given),
});
