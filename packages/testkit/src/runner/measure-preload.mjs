// Loaded before the action with `--import` to measure a run: writes the resource usage of the process
// to the file in the URL of this module, so that the environment stays unchanged.
import { writeFileSync } from 'node:fs';

const target = new URL(import.meta.url).searchParams.get('out');
process.on('exit', () => {
  if (target) writeFileSync(target, JSON.stringify(process.resourceUsage()));
});
