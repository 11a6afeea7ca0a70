import type { StrategyModule } from './strategy-module.ts';

/** All strategies by their key in `strategies`; each is loaded when it is used. */
export const STRATEGIES: Readonly<Record<string, () => Promise<StrategyModule>>> = {
  command: async () => (await import('./command/command.ts')).command,
  compose: async () => (await import('./compose/compose.ts')).compose,
  docker: async () => (await import('./docker/docker.ts')).docker,
  files: async () => (await import('./files/files.ts')).files,
  git: async () => (await import('./git/git.ts')).git,
  pages: async () => (await import('./pages/pages.ts')).pages,
  sqlite: async () => (await import('./sqlite/sqlite.ts')).sqlite,
  symlink: async () => (await import('./symlink/symlink.ts')).symlink,
  workflow: async () => (await import('./workflow/workflow.ts')).workflow,
};
