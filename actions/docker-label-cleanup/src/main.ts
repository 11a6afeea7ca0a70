import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'docker-label-cleanup',
  inputs,
  failOn,
  run: async (...args) => (await import('./run.ts')).run(...args),
  post: async (...args) => (await import('./run.ts')).post(...args),
});
