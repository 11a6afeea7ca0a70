import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'docker-label-cleanup',
  inputs,
  failOn,
  run: async (...given) => (await import('./run.ts')).run(...given),
  post: async (...given) => (await import('./run.ts')).post(...given),
});
