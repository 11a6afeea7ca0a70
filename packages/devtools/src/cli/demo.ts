import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deployScenes } from '../demo/deploy-scenes.ts';
import { dockerScene } from '../demo/docker-scene.ts';
import { performanceScene } from '../demo/performance-scene.ts';
import { proxiesScene } from '../demo/proxies-scene.ts';
import { openStage } from '../demo/stage.ts';
import { terminalOf } from '../terminal/markdown.ts';

// pnpm demo [folder]: plays a story on local targets with the real bundles, and keeps their reports.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const reports = resolve(process.argv[2] ?? join(root, 'demo-report'));
const started = performance.now();
const folder = await mkdtemp(join(tmpdir(), 'demo-'));
const stage = await openStage(root, reports, terminalOf(process.stdout), (text) =>
  process.stdout.write(text),
);

try {
  for (const [name, play] of Object.entries({
    shop: deployScenes,
    performance: performanceScene,
    proxies: proxiesScene,
    docker: dockerScene,
  })) {
    const own = join(folder, name);
    await mkdir(own);
    await play(stage, own);
  }
  const seconds = Math.round((performance.now() - started) / 1_000);
  stage.scene('That was it');
  stage.tell(
    `${stage.played()} steps of the real bundles in ${seconds} s. The report, the job summary and the log of each are in \`${relative(process.cwd(), reports) || '.'}/\`.`,
  );
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
