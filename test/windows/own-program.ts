import { join } from 'node:path';
import { windowsLane } from '@repo/testkit/runner/windows-lane';

/** Returns a program for Windows that fails: for a workspace that has one of a known name. */
export function ownProgram(): string {
  const lane = windowsLane();
  return lane === undefined ? 'C:\\Windows\\System32\\whoami.exe' : join(lane, 'nw/launch.exe');
}
