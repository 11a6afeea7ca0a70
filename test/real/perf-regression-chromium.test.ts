import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { go } from '../e2e/perf/go-output.ts';
import { engine } from './engine.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const chromium = engine('chromium', 'apt-get install chromium');
const TIMEOUT_MS = 120_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perf-html-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Headless Chromium without a network. */
function browse(...args: readonly string[]): string {
  return execFileSync(
    chromium.path ?? '',
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      ...['--host-resolver-rules=MAP * ~NOTFOUND', `--user-data-dir=${join(folder, 'profile')}`],
      ...args,
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
  );
}

describe.skipIf(!chromium.path)(`the HTML report in Chromium ${chromium.needs}`, () => {
  test('shows each row, its trend and the change of level', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const suite = { Parse: 1000, Render: 50_000, Sort: 700, Hash: 90 };
    let page = '';
    for (let run = 1; run <= 18; run++) {
      const machine = 1 + ((run * 7) % 5) / 100;
      const values = Object.entries(suite).map(([name, ns], index) => {
        const slower = name === 'Parse' && run > 12 ? 1.3 : 1;
        return [name, ns * machine * slower * (1 + ((run * 3 + index * 5) % 7) / 700)];
      });
      writeFileSync(join(folder, 'new.txt'), go(Object.fromEntries(values), 1));
      await using result = await runAction({
        action,
        cwd: folder,
        with: { results: 'new.txt', store: 'file', record: 'always', 'report-html': 'page.html' },
        github: { run_id: String(run), sha: String(run).padStart(40, '0') },
      });
      page = result.outputs['report-html'] ?? '';
    }
    const text = readFileSync(page, 'utf8');
    expect(text).not.toMatch(/(?:src|href)=/);
    const url = pathToFileURL(page).href;
    const dom = browse('--dump-dom', url);
    expect(dom.match(/<svg/g)).toHaveLength(4);
    expect(dom).toContain('perf-regression: fail');
    expect(dom).toContain('class="change"');
    expect(dom.match(/<tr class="unchanged">/g)).toHaveLength(3);

    const shots = fileURLToPath(new URL('../../bench-report', import.meta.url));
    mkdirSync(shots, { recursive: true });
    const shot = join(shots, 'perf-regression.png');
    browse(`--screenshot=${shot}`, '--window-size=1300,700', url);
    expect(statSync(shot).size).toBeGreaterThan(10_000);

    // Clicks the first trend and filters for one benchmark.
    const used = join(folder, 'used.html');
    const act = `document.querySelector('.trend').dispatchEvent(new Event('click'));
      const filter = document.getElementById('filter');
      filter.value = 'parse';
      filter.dispatchEvent(new Event('input'));`;
    writeFileSync(used, text.replace('</body>', `<script>${act}</script></body>`));
    const after = browse('--dump-dom', pathToFileURL(used).href);
    expect(after).toContain('class="trend fail large"');
    expect(after.match(/<tr class="\w+" hidden="">/g)).toHaveLength(3);
    const zoomed = join(shots, 'perf-regression-zoomed.png');
    browse(`--screenshot=${zoomed}`, '--window-size=1700,600', pathToFileURL(used).href);
    expect(statSync(zoomed).size).toBeGreaterThan(10_000);
  });
});
