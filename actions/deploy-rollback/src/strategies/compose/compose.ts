import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import type { Docker } from '@repo/docker/client';
import { type ContainerDetails, inspectContainer } from '@repo/docker/containers';
import { dockerHost } from '@repo/docker/endpoint';
import { inspectImage } from '@repo/docker/images';
import * as v from 'valibot';
import { conditionOf } from '../docker/condition.ts';
import { withDocker } from '../docker/daemon.ts';
import { giveBackName, KEEP, pin, pinned, short, unpin } from '../docker/pin.ts';
import { keptPart, preflightOf } from '../kept-part.ts';
import type { Identity, Part, Ports, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { findTool, type Project, projectArguments, type Tool } from './tool.ts';

const SERVICE = 'com.docker.compose.service';

const word = v.pipe(v.string(), v.regex(/^(?!-)[^\0]+$/, 'is no name\nWrite a name or a path.'));
const some = v.pipe(
  v.union([word, v.array(word)]),
  v.transform((given) => (typeof given === 'string' ? [given] : given)),
);

const options = v.strictObject(
  {
    files: v.optional(some, []),
    project: v.optional(word),
    services: v.optional(some, []),
    host: v.optional(
      v.pipe(
        v.string(),
        // The program needs it as it was written.
        v.check((given) => v.is(field(dockerHost()), given), 'is no daemon\nWrite unix:///path.'),
      ),
    ),
    timeout: v.optional(field(duration({ min: 1_000 })), '10m'),
  },
  'compose knows files, project, services, host and timeout.',
);

type Options = v.InferOutput<typeof options>;

const keptSchema = v.object({
  format: v.literal('compose/v1'),
  services: v.pipe(
    v.array(
      v.object({ service: word, ...pinned, imageName: v.pipe(v.string(), v.maxLength(500)) }),
    ),
    v.minLength(1),
  ),
});
type KeptService = v.InferOutput<typeof keptSchema>['services'][number];

/** The services of a compose project, each on the image that it ran. */
export const compose = strategyModule<Options>({
  name: 'compose',
  options,
  create: (given): Strategy => {
    const { files, services, project, host, timeout } = given;
    const endpoint = host === undefined ? undefined : dockerHost().parse(host);
    const what: Project = { files, project, host, timeoutMs: timeout };
    const withBoth = <T>(ports: Ports, work: (project: ComposeProject) => Promise<T>) =>
      withDocker({ host: endpoint }, ports, async (daemon) => {
        const place = await projectArguments(what, ports.workspace);
        return work({ daemon, tool: await findTool(what, ports), place, services, ports });
      });
    return {
      name: 'compose',
      title: `compose ${plain([...(project ? [project] : []), ...files, ...services].join(' ') || 'project')}`,
      capture: (folder, ports) => withBoth(ports, (project) => capture(project, folder)),
      preflight: (target, ports) =>
        preflightOf(() => withBoth(ports, (project) => ready(project, target))),
      apply: (target, ports) => withBoth(ports, (project) => apply(project, target)),
      forget: ({ part }, ports) =>
        withDocker({ host: endpoint }, ports, async (daemon) => {
          const read = v.safeParse(keptSchema, part);
          if (!read.success) return;
          for (const { tag } of read.output.services) await unpin(daemon, tag);
        }),
      identify: (target, ports) => withBoth(ports, (project) => identify(project, target)),
    };
  },
});

interface ComposeProject {
  readonly daemon: Docker;
  readonly tool: Tool;
  /** Arguments that say which project it is. */
  readonly place: readonly string[];
  /** Those that are meant; empty: all. */
  readonly services: readonly string[];
  readonly ports: Ports;
}

async function capture(project: ComposeProject, folder: string): Promise<Part> {
  const found = new Map<string, ContainerDetails>();
  for (const [service, container] of await containersOf(project)) {
    const other = found.get(service);
    if (other !== undefined && other.imageId !== container.imageId) {
      throw new ActionError(`the containers of ${plain(service)} run different images`, {
        remedy: 'Let the deploy that is under way come to its end.',
      });
    }
    found.set(service, container);
  }
  if (found.size === 0) {
    throw new ActionError('no container of the project is there', {
      remedy: 'Deploy a first release by hand, or correct files, project and services.',
    });
  }
  const services: KeptService[] = [];
  for (const [service, { imageId, image }] of found) {
    const tag = await pin(project.daemon, imageId, service.replace(/[^\w.-]/g, '-'), folder);
    services.push({ service, image: imageId, imageName: image, tag });
  }
  return { format: 'compose/v1', services };
}

async function ready({ daemon, tool, place }: ComposeProject, target: Target) {
  const { services } = keptPart(target, keptSchema).part;
  for (const { service, image } of services) {
    if ((await inspectImage(daemon, image)) !== undefined) continue;
    throw new ActionError(`the image ${short(image)} of ${plain(service)} is not there any more`, {
      remedy: `Load or pull it again; nothing may remove the tags of ${KEEP}.`,
    });
  }
  const known = (await tool.run([...place, 'config', '--services'])).split('\n');
  const left = services.find(({ service }) => !known.includes(service));
  if (left !== undefined) {
    throw new ActionError(`the compose file has no service ${plain(left.service)} any more`, {
      remedy: 'Bring the file back first: put files: {paths: [compose.yaml]} before compose.',
    });
  }
  const told = services.map(({ service, image }) => `${plain(service)} on ${short(image)}`);
  return { step: `brings up ${told.join(', ')}`, warnings: [] };
}

async function apply({ daemon, tool, place, ports }: ComposeProject, target: Target) {
  const { services } = keptPart(target, keptSchema).part;
  const images: Record<string, { readonly image: string }> = Object.create(null);
  for (const { service, image, imageName } of services) {
    images[service] = { image: await giveBackName(daemon, image, imageName) };
  }
  const folder = await mkdtemp(join(ports.variable('RUNNER_TEMP') || tmpdir(), 'compose-'));
  try {
    // JSON is YAML too.
    const override = join(folder, 'override.yaml');
    await writeFile(override, JSON.stringify({ services: images }), { mode: 0o600 });
    const names = services.map(({ service }) => service);
    const offline = tool.isFirst ? [] : ['--pull', 'never'];
    // The files come before the project; their folder stays that of the first one.
    const at = place.lastIndexOf('--file') + 2;
    const args = [...place.slice(0, at), '--file', override, ...place.slice(at)];
    await tool.run([...args, 'up', '-d', '--no-build', ...offline, '--no-deps', ...names], true);
    return {
      done: `${names.map((name) => plain(name)).join(', ')} up, on the images that were kept`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function identify(project: ComposeProject, target: Target): Promise<Identity> {
  const { services } = keptPart(target, keptSchema).part;
  const containers = await containersOf(project);
  const found: string[] = [];
  let same = true;
  for (const { service, image } of services) {
    const own = containers.filter(([name]) => name === service);
    if (own.length === 0) {
      same = false;
      found.push(`${plain(service)}: no container`);
    }
    for (const [, container] of own) {
      const { found: condition, isWell } = conditionOf(container);
      same &&= isWell && container.imageId === image;
      found.push(`${plain(service)}: ${condition}`);
    }
  }
  if (same) return { kind: 'same', found: found.join('; ') };
  const expected = services.map(({ service, image }) => `${plain(service)}: ${short(image)}`);
  return { kind: 'other', found: found.join('; '), expected: expected.join('; ') };
}

/** The containers of the project, with the service that each belongs to. */
async function containersOf({
  daemon,
  tool,
  place,
  services,
}: ComposeProject): Promise<readonly (readonly [string, ContainerDetails])[]> {
  const ids = (await tool.run([...place, 'ps', '--quiet', '--all', ...services]))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[0-9a-f]{12,64}$/.test(line));
  const found = await Promise.all(ids.map((id) => inspectContainer(daemon, id)));
  return found.flatMap((container) => {
    const service = container?.labels.get(SERVICE);
    return container === undefined || service === undefined ? [] : [[service, container] as const];
  });
}
