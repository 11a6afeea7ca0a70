import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { renderMarkdown, type TerminalOptions } from '../terminal/markdown.ts';

/** Prints the demo to a terminal and stores its reports in a folder. */
export interface DemoTerminal {
  /** Starts a numbered section. */
  readonly heading: (title: string) => void;
  /** Prints Markdown. */
  readonly print: (text: string) => void;
  /** Runs an action as a step of a job, prints the job summary, and returns the outputs. */
  readonly runStep: (step: DemoStep) => Promise<Readonly<Record<string, string>>>;
  /** The number of steps so far. */
  readonly stepCount: () => number;
}

export interface DemoStep extends Pick<RunActionOptions, 'with' | 'cwd' | 'github'> {
  readonly action: string;
  /** The file name of its report, without the extension. */
  readonly name: string;
  /** The expected output `verdict`; any other verdict stops the demo. */
  readonly expect: string;
  /** Prints only the message, not the summary. */
  readonly quiet?: boolean;
}

/** @param reports the folder for reports; its previous contents are deleted */
export async function openDemoTerminal(
  root: string,
  reports: string,
  terminal: TerminalOptions,
  write: (text: string) => void,
): Promise<DemoTerminal> {
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  const show = (markdown: string) => write(`${renderMarkdown(markdown, terminal)}\n`);
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    terminal.ansi ? styleText(format, text, { validateStream: false }) : text;
  let scenes = 0;
  let steps = 0;
  return {
    heading: (title) => {
      const line = '━'.repeat(terminal.columns);
      write(`\n${paint('cyan', line)}\n${paint('bold', `${++scenes}. ${title}`)}\n\n`);
    },
    print: show,
    stepCount: () => steps,
    runStep: async ({ action, name, expect, quiet = false, ...options }) => {
      const started = performance.now();
      await using result = await runAction({
        action: join(root, 'actions', action),
        trackFiles: false,
        ...options,
      });
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      const file = join(reports, `${String(++steps).padStart(2, '0')}-${name}`);
      await writeFile(`${file}.log`, `${result.log}\n`);
      await writeFile(`${file}.md`, result.summary);
      const { verdict, message, 'report-file': report } = result.outputs;
      if (report) await copyFile(report, `${file}.json`);
      write(`${paint('dim', `▶ ${action}: exit code ${result.exitCode} after ${seconds} s`)}\n`);
      if (verdict !== expect) {
        throw new Error(
          `${action}: expected verdict ${expect}, got ${verdict ?? 'none'}. The log:\n${result.log}`,
        );
      }
      if (quiet) show(message ?? '');
      else
        write(
          `\n${quote(renderMarkdown(collapseDetails(result.summary), narrow(terminal)), paint)}\n\n`,
        );
      return result.outputs;
    },
  };
}

/** Collapses details, as GitHub does in a summary. */
function collapseDetails(summary: string): string {
  return summary.replace(
    /<details>\s*<summary>(.*?)<\/summary>.*?<\/details>/gs,
    (_, title: string) => `▸ ${title}`,
  );
}

const BAR = '│ ';

function narrow({ columns, ansi }: TerminalOptions): TerminalOptions {
  return { columns: columns - BAR.length, ansi };
}

function quote(text: string, paint: (format: 'dim', text: string) => string): string {
  return text.trimEnd().replace(/^/gm, paint('dim', BAR));
}
