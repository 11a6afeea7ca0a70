import type { ContainerDetails } from '@repo/docker/containers';
import { shortImageId } from './snapshot-image.ts';

/** Describes a container. It is healthy if it runs and has no health check that fails. */
export function describeContainer({
  imageId,
  state,
  health = 'healthy',
  exitCode,
}: ContainerDetails): {
  readonly found: string;
  readonly isHealthy: boolean;
} {
  const exit = state === 'exited' ? ` with ${exitCode}` : '';
  const healthState = state === 'running' && health !== 'healthy' ? `, ${health}` : '';
  return {
    found: `${shortImageId(imageId)}, ${state}${exit}${healthState}`,
    isHealthy: state === 'running' && health === 'healthy',
  };
}
