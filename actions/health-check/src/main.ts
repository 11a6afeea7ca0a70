import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'health-check',
  inputs,
  failOn,
  // Loaded only when the inputs are right: a mistake should be told at once.
  run: async (values, context) => (await import('./run.ts')).run(values, context),
});
