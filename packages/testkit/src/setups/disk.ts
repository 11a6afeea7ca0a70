import { type Preset, startedBy } from './preset.ts';

/**
 * A disk of this size at `folder` (requires root on Linux). Only the action sees it; its contents
 * are copied to `<folder>.after` when a stage of the action ends, for the test.
 */
export function smallDisk(folder: string, bytes: number): Preset {
  return startedBy(
    'unshare',
    '--mount',
    'bash',
    '-c',
    'rm -rf "$0.before" "$0.after" && mkdir -p "$0" && cp -a "$0" "$0.before" && mount -t tmpfs -o "size=$1" tmpfs "$0" && cp -a "$0.before/." "$0" || exit 99; shift; "$@"; code=$?; cp -a "$0" "$0.after"; exit $code',
    folder,
    String(bytes),
  );
}
