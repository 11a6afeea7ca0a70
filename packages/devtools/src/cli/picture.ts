import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { renderSummaryPage } from '../picture/summary-page.ts';

// pnpm picture: runs the demo and renders its job summaries to docs/images/job-summary.png.
// Requires chromium, fonts-liberation and fonts-noto-color-emoji.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const demo = fileURLToPath(new URL('./demo.ts', import.meta.url));
const picture = join(root, 'docs/images/job-summary.png');
const SIZE = { width: 960, height: 1600 };
const folder = mkdtempSync(join(tmpdir(), 'picture-'));

try {
  execFileSync(process.execPath, [demo, folder], { stdio: 'ignore' });
  const page = join(folder, 'page.html');
  const summaries = ['04-bad-release.md', '05-rollback.md'].map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  );
  writeFileSync(page, renderSummaryPage('deploy', summaries));
  const browse = (...args: readonly string[]) =>
    spawnSync(
      'chromium',
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        ...['--host-resolver-rules=MAP * ~NOTFOUND', `--user-data-dir=${join(folder, 'profile')}`],
        ...['--hide-scrollbars', ...args, pathToFileURL(page).href],
      ],
      { encoding: 'utf8', timeout: 60_000 },
    );
  // Measure the height first, so that the picture has no empty space at the bottom.
  const measured = `${readFileSync(page, 'utf8')}<script>document.title =
    Math.ceil(document.querySelector('main').getBoundingClientRect().bottom) + 16</script>`;
  writeFileSync(page, measured);
  const width = `--window-size=${SIZE.width},${SIZE.height}`;
  const [, height] = /<title>(\d+)<\/title>/.exec(browse(width, '--dump-dom').stdout) ?? [];
  if (height === undefined) throw new Error('Chromium did not render the page.');
  browse(`--window-size=${SIZE.width},${height}`, `--screenshot=${picture}`);
  console.log(picture);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
