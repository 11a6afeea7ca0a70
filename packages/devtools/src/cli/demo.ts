import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDemoTerminal } from '../demo/demo-terminal.ts';
import { deployScene } from '../demo/deploy-scene.ts';
import { dockerScene } from '../demo/docker-scene.ts';
import { performanceScene } from '../demo/performance-scene.ts';
import { proxiesScene } from '../demo/proxies-scene.ts';
import { getTerminalOptions } from '../terminal/markdown.ts';

// pnpm demo [folder]: runs the real bundles against local targets and keeps their reports.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const reports = resolve(process.argv[2] ?? join(root, 'demo-report'));
const started = performance.now();
const folder = await mkdtemp(join(tmpdir(), 'demo-'));
const terminal = await openDemoTerminal(root, reports, getTerminalOptions(process.stdout), (text) =>
  process.stdout.write(text),
);

try {
  for (const [name, run] of Object.entries({
    shop: deployScene,
    performance: performanceScene,
    proxies: proxiesScene,
    docker: dockerScene,
  })) {
    const sceneFolder = join(folder, name);
    await mkdir(sceneFolder);
    await run(terminal, sceneFolder);
  }
  const seconds = Math.round((performance.now() - started) / 1_000);
  terminal.heading('Finished');
  terminal.print(
    `${terminal.stepCount()} steps ran in ${seconds} s. Their reports, job summaries and logs are in \`${relative(process.cwd(), reports) || '.'}/\`.`,
  );
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
