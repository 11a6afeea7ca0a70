import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'docker-label-cleanup',
  inputs,
  failOn,
  // Each mode loads only its own modules.
  run: async (given, context) => {
    switch (given.mode) {
      case 'lint':
        return (await import('./modes/lint.ts')).lint(given, context);
      case 'setup':
        return (await import('./modes/setup.ts')).setup(given, context);
      default:
        return (await import('./run.ts')).run(given, context);
    }
  },
  post: async (...given) => (await import('./run.ts')).post(...given),
});
