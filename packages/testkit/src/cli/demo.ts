import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { json, respond } from '../faults/answers.ts';
import type { Behaviour, HttpExchange } from '../faults/behaviour.ts';
import { startHttpServer } from '../faults/http-server.ts';
import { runAction } from '../runner/run-action.ts';
import { renderMarkdown, terminalOf } from '../terminal/markdown.ts';
import { createLiveLog } from './live-log.ts';

// pnpm demo: plays a story on local targets with the real bundles, and keeps their reports.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const reports = join(root, 'demo-report');
const terminal = terminalOf(process.stdout);
const say = (text: string) => process.stdout.write(`${text}\n`);

await rm(reports, { recursive: true, force: true });
await mkdir(reports, { recursive: true });

const good = json({ status: 'ok', version: '1.4.1' });
const broken = respond(500, { body: 'Traceback: database is locked' });
let release: Behaviour<HttpExchange> = good;
await using shop = await startHttpServer({ script: (exchange) => release(exchange) });

await scene('1. A good release is running', 'good-release', 'pass', {
  url: `${shop.url}/health`,
  'expect-json': "$.status == 'ok'",
});

release = broken;
await scene('2. A bad one goes out, and the check catches it', 'bad-release', 'fail', {
  url: `${shop.url}/health`,
  'expect-json': "$.status == 'ok'",
  interval: '200ms',
  deadline: '1s',
});

say(`The JSON reports are in ${reports}`);

/** Runs health-check as a step of a workflow would, and shows what its job would show. */
async function scene(
  title: string,
  name: string,
  expected: string,
  inputs: Readonly<Record<string, string>>,
): Promise<void> {
  say(`\n${'═'.repeat(Math.min(terminal.columns, 100))}\n${title}\n`);
  const log = createLiveLog(terminal.ansi);
  await using result = await runAction({
    action: join(root, 'actions/health-check'),
    with: inputs,
    onLine: (line) => process.stdout.write(log(line)),
  });
  say(`\n${renderMarkdown(result.summary, terminal)}\n`);
  await copyFile(result.outputs['report-file'] ?? '', join(reports, `${name}.json`));
  if (result.outputs.verdict === expected) return;
  throw new Error(`the verdict should have been ${expected}, not ${result.outputs.verdict}`);
}
