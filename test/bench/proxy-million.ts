import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { computeIdentity } from '../../actions/proxy-retest/src/endpoint/endpoint.ts';
import type { Benchmark, Table } from './benchmark.ts';

const SIZES = [10_000, 1_000_000];
const FOUND = 20_000;

export const benchmark: Benchmark = {
  title: 'proxy-retest: one million records',
  method: `A file with a JSON array of records in the format of ConfigStream. "Plan" is the bundle with \`mode: plan\`. "Write" is the bundle with \`mode: merge\` and results for ${FOUND.toLocaleString('en')} records (for all records of the small list), which writes the list and the state. Whole processes, one run each; the peak is resident memory.`,
  run: measure,
};

async function measure(): Promise<Table> {
  const rows: string[][] = [];
  for (const size of SIZES) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-million-'));
    try {
      await writeList(folder, size);
      const mb = statSync(join(folder, 'proxies.json')).size / 1e6;
      for (const [what, inputs] of Object.entries(RUNS)) {
        const run = await act(folder, inputs);
        rows.push([
          `${what} ${size.toLocaleString('en')} (${mb.toFixed(0)} MB)`,
          (run.ms / 1_000).toFixed(1),
          (run.bytes / 1e6).toFixed(0),
          (run.bytes / size / 1e3).toFixed(2),
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return { columns: ['Run', 's', 'Peak, MB', 'Peak per record, KB'], rows };
}

const RUNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plan: { mode: 'plan' },
  write: { mode: 'merge', results: 'results.ndjson' },
};

async function act(folder: string, inputs: Readonly<Record<string, string>>) {
  await using run = await runAction({
    action: fileURLToPath(new URL('../../actions/proxy-retest', import.meta.url)),
    with: { list: 'proxies.json', 'fail-on': 'never', 'min-retain-ratio': '0', ...inputs },
    cwd: folder,
    measure: true,
    trackFiles: false,
    timeoutMs: 600_000,
  });
  if (run.exitCode !== 0) throw new Error(run.log);
  return { ms: run.durationMs, bytes: run.maxRssBytes ?? Number.NaN };
}

async function writeList(folder: string, size: number): Promise<void> {
  const file = createWriteStream(join(folder, 'proxies.json'));
  const found: string[] = [];
  file.write('[');
  for (let index = 0; index < size; index++) {
    // Addresses for benchmarks (RFC 2544). The runs do not connect to them.
    const host = `198.18.${(index >> 8) & 255}.${index & 255}`;
    const port = 1_024 + (index >> 16);
    const record = {
      config: `socks5://user${index}:password@${host}:${port}#n${index}`,
      protocol: 'socks5',
      address: host,
      port,
      latency: 400.5,
      country: 'France',
      country_code: 'FR',
      city: 'Paris',
      remarks: `n${index}`,
      is_working: true,
      security_issues: [],
      tested_at: '2025-10-25T05:27:49.858144+00:00',
    };
    if (index % Math.max(1, Math.floor(size / FOUND)) === 0) {
      const endpoint = {
        protocol: 'socks5',
        host,
        port,
        user: `user${index}`,
        password: 'password',
      } as const;
      const at = Date.now();
      const result = {
        id: computeIdentity(endpoint),
        state: 'alive',
        at,
        latency: 120,
        address: '',
      };
      found.push(JSON.stringify(result));
    }
    const more = file.write(`${index === 0 ? '' : ','}\n${JSON.stringify(record, undefined, 1)}`);
    if (!more) await once(file, 'drain');
  }
  file.end('\n]\n');
  await finished(file);
  writeFileSync(join(folder, 'results.ndjson'), `${found.join('\n')}\n`);
}
