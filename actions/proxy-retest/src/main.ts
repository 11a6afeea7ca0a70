import { runAction } from '@repo/core/action/run-action';
import { failOn, inputs } from './inputs.ts';

await runAction({
  name: 'proxy-retest',
  inputs,
  failOn,
  // Each mode loads only its own modules.
  run: async (given, context) => {
    switch (given.mode) {
      case 'shard':
        return (await import('./modes/shard.ts')).shard(given);
      case 'merge':
        return (await import('./modes/merge.ts')).merge(given, context);
      case 'retest':
      case 'plan':
        return (await import('./run.ts')).run(given, given.mode, context);
    }
  },
});
