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
import { withDocker } from './docker-daemon.ts';
import { hostOption } from './docker-host.ts';
import { probeLocally } from './local-probe.ts';

const VARIABLES = ['state', 'health', 'restarts', 'age', 'image', 'exitCode'];
/** Output lines in the evidence of an unhealthy container. */
const OUTPUT_LINES = 10;

/** A container is running, and is healthy if it has a health check. */
export const docker: Kind = {
  schema: targetSchema(
    { container: nonEmptyText, ...hostOption },
    'A docker check supports container and host.',
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
        withDocker(host, context, signal, async (daemon) => {
          const details = await inspectContainer(daemon, container);
          if (details === undefined) {
            return { state: 'failed' as const, reason: `${description} does not exist` };
          }
          const evidence = await readEvidence(daemon, details);
          return { facts: toFacts(details, daemon.now()), evidence: () => evidence };
        }),
      ),
  };
}

function toFacts(details: ContainerDetails, now: number): Facts {
  const { state, health = 'none', restarts, startedMs, image, exitCode } = details;
  return {
    state,
    health,
    restarts,
    // `now` is the clock of the daemon, which may differ from the local clock.
    age: startedMs === undefined ? undefined : new DurationFact(Math.max(0, now - startedMs)),
    image,
    // A running container has no exit code.
    exitCode: state === 'running' || state === 'paused' ? undefined : exitCode,
  };
}

/** The exit code, the last health check and the last output of an unhealthy container. */
async function readEvidence(
  daemon: Docker,
  details: ContainerDetails,
): Promise<readonly Evidence[]> {
  const { id, state, health, healthOutput, error, exitCode, oomKilled } = details;
  if (state === 'running' && (health === undefined || health === 'healthy')) return [];
  const ended = `exit code ${exitCode}${oomKilled ? ', killed: out of memory' : ''}`;
  const pieces = [
    { title: 'state', text: state === 'running' ? '' : [ended, error].filter(Boolean).join('\n') },
    { title: 'last health check', text: healthOutput },
    { title: 'last output', text: await readOutput(daemon, id) },
  ];
  return pieces.flatMap(({ title, text }) =>
    text.trim() === '' ? [] : [{ title, lines: plainLines(scrub(text), OUTPUT_LINES) }],
  );
}

/** Empty when the log driver does not support reading. */
async function readOutput(daemon: Docker, id: string): Promise<string> {
  try {
    const logs = await containerLogs(daemon, id, { tail: OUTPUT_LINES, maxBytes: 16_384 });
    return logs?.lines.map(({ text }) => text).join('\n') ?? '';
  } catch (error) {
    if (error instanceof DaemonError) return '';
    throw error;
  }
}
