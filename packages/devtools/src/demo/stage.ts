import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { renderMarkdown, type TerminalOptions } from '../terminal/markdown.ts';

/** Where a story is played: a terminal to tell it on, and a folder that keeps its reports. */
export interface Stage {
  /** Begins a scene. */
  readonly scene: (title: string) => void;
  /** Tells what happens, in Markdown. */
  readonly tell: (text: string) => void;
  /** Runs an action as a step of a job, and shows the job summary; its outputs. */
  readonly step: (step: DemoStep) => Promise<Readonly<Record<string, string>>>;
  /** How many steps went as they should. */
  readonly played: () => number;
}

export interface DemoStep extends Pick<RunActionOptions, 'with' | 'cwd' | 'github'> {
  readonly action: string;
  /** What its report is called. */
  readonly name: string;
  /** The output `verdict` that the story needs; another one ends it. */
  readonly expect: string;
  /** A step that only prepares the next one: its message is told, its summary is not. */
  readonly quiet?: boolean;
}

/** @param reports is emptied first */
export async function openStage(
  root: string,
  reports: string,
  terminal: TerminalOptions,
  write: (text: string) => void,
): Promise<Stage> {
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  const show = (markdown: string) => write(`${renderMarkdown(markdown, terminal)}\n`);
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    terminal.ansi ? styleText(format, text, { validateStream: false }) : text;
  let scenes = 0;
  let steps = 0;
  return {
    scene: (title) => {
      const line = '━'.repeat(terminal.columns);
      write(`\n${paint('cyan', line)}\n${paint('bold', `${++scenes}. ${title}`)}\n\n`);
    },
    tell: show,
    played: () => steps,
    step: async ({ action, name, expect, quiet = false, ...options }) => {
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
          `${action} should have said ${expect}, not ${verdict ?? 'nothing'}. Its log:\n${result.log}`,
        );
      }
      if (quiet) show(message ?? '');
      else write(`\n${quote(renderMarkdown(fold(result.summary), narrower(terminal)), paint)}\n\n`);
      return result.outputs;
    },
  };
}

/** What GitHub shows of a summary until somebody clicks. */
function fold(summary: string): string {
  return summary.replace(
    /<details>\s*<summary>(.*?)<\/summary>.*?<\/details>/gs,
    (_, title: string) => `▸ ${title}`,
  );
}

const BAR = '│ ';

function narrower({ columns, ansi }: TerminalOptions): TerminalOptions {
  return { columns: columns - BAR.length, ansi };
}

function quote(text: string, paint: (format: 'dim', text: string) => string): string {
  return text.trimEnd().replace(/^/gm, paint('dim', BAR));
}
