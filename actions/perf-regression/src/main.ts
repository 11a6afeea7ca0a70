import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'perf-regression',
  inputs,
  failOn,
  // Loaded after the inputs are validated, so that a mistake is reported at once.
  run: async (...given) => (await import('./run.ts')).run(...given),
});
