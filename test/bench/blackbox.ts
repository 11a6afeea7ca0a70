import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '@repo/statistics/median';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { engine } from '../real/engine.ts';

const exporter = engine(
  'prometheus-blackbox-exporter',
  'apt-get install prometheus-blackbox-exporter',
);

/** Prometheus's blackbox_exporter, for comparison. */
export interface Blackbox extends AsyncDisposable {
  /** Median duration in ms that it reports for sequential probes of a URL. */
  readonly latency: (url: string, times: number) => Promise<number>;
}

/** Starts it on the loopback interface; `undefined` if it is not installed. */
export async function startBlackbox(folder: string): Promise<Blackbox | undefined> {
  if (exporter.path === undefined) return undefined;
  const config = join(folder, 'blackbox.yml');
  writeFileSync(config, 'modules: {http_2xx: {prober: http}}\n');
  const address = `127.0.0.1:${await closedPort()}`;
  const child = spawn(
    exporter.path,
    [`--web.listen-address=${address}`, `--config.file=${config}`],
    { stdio: 'ignore' },
  );
  const probe = async (url: string): Promise<number> => {
    const response = await fetch(
      `http://${address}/probe?module=http_2xx&target=${encodeURIComponent(url)}`,
    );
    const [, seconds] = /^probe_duration_seconds (\S+)$/m.exec(await response.text()) ?? [];
    return Number(seconds) * 1_000;
  };
  await answering(`http://${address}/`);
  return {
    latency: async (url, times) => {
      const all: number[] = [];
      for (let time = 0; time < times; time++) all.push(await probe(url));
      return median(all);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function answering(url: string): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
