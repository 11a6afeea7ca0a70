import { celExpectation } from '@repo/checks/expectations/cel';
import { DurationFact, type Facts } from '@repo/checks/facts';
import type { Kind, Target } from '@repo/checks/kinds/kind';
import type { Evidence } from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { scrub } from '@repo/checks/scrub';
import { plainLines } from '@repo/core/text/untrusted';
import type { Docker } from '@repo/docker/client';
import { type ContainerDetails, inspectContainer } from '@repo/docker/containers';
import type { Endpoint } from '@repo/docker/endpoint';
import { DaemonError } from '@repo/docker/errors';
import { containerLogs } from '@repo/docker/logs';
import { askDocker } from './docker-daemon.ts';
import { hostOption } from './docker-host.ts';
import { probeLocally } from './local-probe.ts';

const VARIABLES = ['state', 'health', 'restarts', 'age', 'image', 'exitCode'];
/** Last lines of its output that are shown of one that is not well. */
const SHOWN_LINES = 10;

/** A container runs, and its health check, if it has one, says that it is well. */
export const docker: Kind = {
  schema: targetSchema(
    { container: nonEmptyText, ...hostOption },
    'A docker check knows container and host.',
    ({ container, host }) => target(container, host),
  ),
  variables: VARIABLES,
};

function target(container: string, host: Endpoint | undefined): Target {
  const description = `container ${container}`;
  return {
    description,
    secrets: [],
    defaultExpectations: ["state == 'running'", "health in ['healthy', 'none']"].map((source) =>
      celExpectation(source, VARIABLES),
    ),
    attempt: (context) =>
      probeLocally(description, context, (signal) =>
        askDocker(host, context, signal, async (daemon) => {
          const details = await inspectContainer(daemon, container);
          if (details === undefined) {
            return { state: 'failed' as const, reason: `there is no ${description}` };
          }
          const evidence = await evidenceOf(daemon, details);
          return { facts: factsOf(details, daemon.now()), evidence: () => evidence };
        }),
      ),
  };
}

function factsOf(details: ContainerDetails, now: number): Facts {
  const { state, health = 'none', restarts, startedMs, image, exitCode } = details;
  return {
    state,
    health,
    restarts,
    // Since it was started last; the daemon's clock counts, for that of a remote one may differ.
    age: startedMs === undefined ? undefined : new DurationFact(Math.max(0, now - startedMs)),
    image,
    // One that runs has none yet.
    exitCode: state === 'running' || state === 'paused' ? undefined : exitCode,
  };
}

/** Why a container is not well, in its own words. */
async function evidenceOf(daemon: Docker, details: ContainerDetails): Promise<readonly Evidence[]> {
  const { id, state, health, healthOutput, error, exitCode, oomKilled } = details;
  if (state === 'running' && (health === undefined || health === 'healthy')) return [];
  const ended = `exit code ${exitCode}${oomKilled ? ', killed for want of memory' : ''}`;
  const own = [
    { title: 'state', text: state === 'running' ? '' : [ended, error].filter(Boolean).join('\n') },
    { title: 'last health check', text: healthOutput },
    { title: 'end of its output', text: await tailOf(daemon, id) },
  ];
  return own.flatMap(({ title, text }) =>
    text.trim() === '' ? [] : [{ title, lines: plainLines(scrub(text), SHOWN_LINES) }],
  );
}

/** Empty where its log driver cannot be read: the log is not what the check is about. */
async function tailOf(daemon: Docker, id: string): Promise<string> {
  try {
    const logs = await containerLogs(daemon, id, { tail: SHOWN_LINES, maxBytes: 16_384 });
    return logs?.lines.map(({ text }) => text).join('\n') ?? '';
  } catch (error) {
    if (error instanceof DaemonError) return '';
    throw error;
  }
}
