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
import { describeContainer } from '../docker/container-state.ts';
import { withDocker } from '../docker/daemon.ts';
import {
  imageFields,
  restoreImageName,
  SNAPSHOT_REPOSITORY,
  shortImageId,
  tagSnapshotImage,
  untagSnapshotImage,
} from '../docker/snapshot-image.ts';
import { readSnapshotPart, runPreflight } from '../snapshot-part.ts';
import type { Identity, Part, Ports, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import {
  type ComposeCli,
  findComposeCli,
  getProjectArguments,
  type ProjectOptions,
} from './compose-cli.ts';

const SERVICE = 'com.docker.compose.service';

const name = v.pipe(
  v.string(),
  v.regex(/^(?!-)[^\0]+$/, 'is not a valid name\nUse a name or a path.'),
);
const list = v.pipe(
  v.union([name, v.array(name)]),
  v.transform((given) => (typeof given === 'string' ? [given] : given)),
);

const options = v.strictObject(
  {
    files: v.optional(list, []),
    project: v.optional(name),
    services: v.optional(list, []),
    host: v.optional(
      v.pipe(
        v.string(),
        // The compose command needs the original text.
        v.check(
          (given) => v.is(field(dockerHost()), given),
          'is not a valid address of a daemon\nUse unix:///path.',
        ),
      ),
    ),
    timeout: v.optional(field(duration({ min: 1_000 })), '10m'),
  },
  'compose supports files, project, services, host and timeout.',
);

type Options = v.InferOutput<typeof options>;

const partSchema = v.object({
  format: v.literal('compose/v1'),
  services: v.pipe(
    v.array(
      v.object({ service: name, ...imageFields, imageName: v.pipe(v.string(), v.maxLength(500)) }),
    ),
    v.minLength(1),
  ),
});
type ServiceImage = v.InferOutput<typeof partSchema>['services'][number];

/** The services of a compose project, each with its image. */
export const compose = strategyModule<Options>({
  name: 'compose',
  options,
  create: (given): Strategy => {
    const { files, services, project, host, timeout } = given;
    const endpoint = host === undefined ? undefined : dockerHost().parse(host);
    const projectOptions: ProjectOptions = { files, project, host, timeoutMs: timeout };
    const withProject = <T>(ports: Ports, work: (project: ComposeProject) => Promise<T>) =>
      withDocker({ host: endpoint }, ports, async (daemon) => {
        const projectArguments = await getProjectArguments(projectOptions, ports.workspace);
        return work({
          daemon,
          cli: await findComposeCli(projectOptions, ports),
          projectArguments,
          services,
          ports,
        });
      });
    return {
      name: 'compose',
      title: `compose ${plain([...(project ? [project] : []), ...files, ...services].join(' ') || 'project')}`,
      capture: (folder, ports) => withProject(ports, (project) => capture(project, folder)),
      preflight: (target, ports) =>
        runPreflight(() => withProject(ports, (project) => preflight(project, target))),
      apply: (target, ports) => withProject(ports, (project) => apply(project, target)),
      forget: ({ part }, ports) =>
        withDocker({ host: endpoint }, ports, async (daemon) => {
          const read = v.safeParse(partSchema, part);
          if (!read.success) return;
          for (const { tag } of read.output.services) await untagSnapshotImage(daemon, tag);
        }),
      identify: (target, ports) => withProject(ports, (project) => identify(project, target)),
    };
  },
});

interface ComposeProject {
  readonly daemon: Docker;
  readonly cli: ComposeCli;
  /** The arguments that select the project. */
  readonly projectArguments: readonly string[];
  /** The selected services; empty for all. */
  readonly services: readonly string[];
  readonly ports: Ports;
}

async function capture(project: ComposeProject, folder: string): Promise<Part> {
  const found = new Map<string, ContainerDetails>();
  for (const [service, container] of await listContainers(project)) {
    const other = found.get(service);
    if (other !== undefined && other.imageId !== container.imageId) {
      throw new ActionError(`the containers of ${plain(service)} run different images`, {
        remedy: 'Wait until the current deploy has finished.',
      });
    }
    found.set(service, container);
  }
  if (found.size === 0) {
    throw new ActionError('the project has no container', {
      remedy: 'Deploy the first release, or correct files, project and services.',
    });
  }
  const services: ServiceImage[] = [];
  for (const [service, { imageId, image }] of found) {
    const tag = await tagSnapshotImage(
      project.daemon,
      imageId,
      service.replace(/[^\w.-]/g, '-'),
      folder,
    );
    services.push({ service, image: imageId, imageName: image, tag });
  }
  return { format: 'compose/v1', services };
}

async function preflight({ daemon, cli, projectArguments }: ComposeProject, target: Target) {
  const { services } = readSnapshotPart(target, partSchema).part;
  for (const { service, image } of services) {
    if ((await inspectImage(daemon, image)) !== undefined) continue;
    throw new ActionError(
      `the image ${shortImageId(image)} of ${plain(service)} does not exist any more`,
      {
        remedy: `Load or pull it again. Do not remove the tags of ${SNAPSHOT_REPOSITORY}.`,
      },
    );
  }
  const names = (await cli.run([...projectArguments, 'config', '--services'])).split('\n');
  const missing = services.find(({ service }) => !names.includes(service));
  if (missing !== undefined) {
    throw new ActionError(
      `the compose file does not contain the service ${plain(missing.service)}`,
      {
        remedy: 'Restore the file first: list files: {paths: [compose.yaml]} before compose.',
      },
    );
  }
  const titles = services.map(
    ({ service, image }) => `${plain(service)} with ${shortImageId(image)}`,
  );
  return { step: `starts ${titles.join(', ')}`, warnings: [] };
}

async function apply({ daemon, cli, projectArguments, ports }: ComposeProject, target: Target) {
  const { services } = readSnapshotPart(target, partSchema).part;
  const images: Record<string, { readonly image: string }> = Object.create(null);
  for (const { service, image, imageName } of services) {
    images[service] = { image: await restoreImageName(daemon, image, imageName) };
  }
  const folder = await mkdtemp(join(ports.variable('RUNNER_TEMP') || tmpdir(), 'compose-'));
  try {
    // JSON is valid YAML.
    const override = join(folder, 'override.yaml');
    await writeFile(override, JSON.stringify({ services: images }), { mode: 0o600 });
    const names = services.map(({ service }) => service);
    const offline = cli.isV1 ? [] : ['--pull', 'never'];
    // After the other files: the project folder is the folder of the first file.
    const index = projectArguments.lastIndexOf('--file') + 2;
    const args = [
      ...projectArguments.slice(0, index),
      '--file',
      override,
      ...projectArguments.slice(index),
    ];
    await cli.run([...args, 'up', '-d', '--no-build', ...offline, '--no-deps', ...names], true);
    return {
      done: `${names.map((name) => plain(name)).join(', ')} started with the previous images`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function identify(project: ComposeProject, target: Target): Promise<Identity> {
  const { services } = readSnapshotPart(target, partSchema).part;
  const containers = await listContainers(project);
  const found: string[] = [];
  let isSame = true;
  for (const { service, image } of services) {
    const own = containers.filter(([name]) => name === service);
    if (own.length === 0) {
      isSame = false;
      found.push(`${plain(service)}: no container`);
    }
    for (const [, container] of own) {
      const { found: condition, isHealthy } = describeContainer(container);
      isSame &&= isHealthy && container.imageId === image;
      found.push(`${plain(service)}: ${condition}`);
    }
  }
  if (isSame) return { kind: 'same', found: found.join('; ') };
  const expected = services.map(
    ({ service, image }) => `${plain(service)}: ${shortImageId(image)}`,
  );
  return { kind: 'other', found: found.join('; '), expected: expected.join('; ') };
}

/** The containers of the project, each with the name of its service. */
async function listContainers({
  daemon,
  cli,
  projectArguments,
  services,
}: ComposeProject): Promise<readonly (readonly [string, ContainerDetails])[]> {
  const ids = (await cli.run([...projectArguments, 'ps', '--quiet', '--all', ...services]))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[0-9a-f]{12,64}$/.test(line));
  const found = await Promise.all(ids.map((id) => inspectContainer(daemon, id)));
  return found.flatMap((container) => {
    const service = container?.labels.get(SERVICE);
    return container === undefined || service === undefined ? [] : [[service, container] as const];
  });
}
