import type { ContainerDetails } from '@repo/docker/containers';
import { short } from './pin.ts';

/** What a container runs and how it is, in words; well is one that runs and is not known to be ill. */
export function conditionOf({ imageId, state, health = 'healthy', exitCode }: ContainerDetails): {
  readonly found: string;
  readonly isWell: boolean;
} {
  const ended = state === 'exited' ? ` with ${exitCode}` : '';
  const ill = state === 'running' && health !== 'healthy' ? `, ${health}` : '';
  return {
    found: `${short(imageId)}, ${state}${ended}${ill}`,
    isWell: state === 'running' && health === 'healthy',
  };
}
