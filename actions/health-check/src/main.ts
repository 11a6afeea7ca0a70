import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'health-check',
  inputs,
  failOn,
  // Loaded after validation, so that input errors appear at once.
  run: async (values, context) => (await import('./run.ts')).run(values, context),
});
