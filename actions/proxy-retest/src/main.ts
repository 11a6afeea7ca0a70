import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'proxy-retest',
  inputs,
  failOn,
  run: async (...given) => (await import('./run.ts')).run(...given),
});
