import { basename, dirname, resolve } from 'node:path';
import { readYaml } from '@repo/core/config/yaml-document';
import type { Labels } from '@repo/docker/json';
import { at, entriesAt, listAt, textAt, textsAt } from '@repo/docker/json';

/** The parts of a compose file that describe what Docker creates. */
export interface ComposeFile {
  /** The path as given in the input. */
  readonly path: string;
  readonly services: readonly Service[];
  /** Top-level volumes and networks that Compose creates. */
  readonly resources: readonly ComposeResource[];
}

export interface Service {
  readonly name: string;
  readonly line: number;
  readonly labels: Labels;
  /** Labels of the image that the service builds; `undefined` without a build. */
  readonly buildLabels: Labels | undefined;
  readonly mounts: readonly SharedMount[];
}

/** A volume or a host folder that a service writes to. */
export interface SharedMount {
  readonly kind: 'volume' | 'bind mount';
  /** Docker's name of the volume, or the absolute path of the folder. */
  readonly source: string;
}

interface ComposeResource {
  readonly kind: 'volume' | 'network';
  readonly name: string;
  readonly line: number;
  readonly labels: Labels;
}

/** Throws an InputError if the text is not valid YAML. */
export function parseComposeFile(text: string, path: string, absolute: string): ComposeFile {
  const { data, ...yaml } = readYaml(text, path, { merge: true });
  const getLine = (section: string, name: string) => yaml.locate([section, name]).line;
  const folder = dirname(absolute);
  const project = textAt(data, 'name') || basename(folder);

  const readResources = (kind: 'volume' | 'network'): ComposeResource[] =>
    entriesAt(data, `${kind}s`)
      .filter(([, options]) => !isExternal(options))
      .map(([name, options]) => ({
        kind,
        name,
        line: getLine(`${kind}s`, name),
        labels: parseLabels(at(options, 'labels')),
      }));
  const services = entriesAt(data, 'services');
  const networks = readResources('network');
  const declaresDefault = entriesAt(data, 'networks').some(([name]) => name === 'default');
  const usesDefault = services.some(
    ([, options]) =>
      at(options, 'networks') === undefined && textAt(options, 'network_mode') === '',
  );
  return {
    path,
    services: services.map(([name, options]) => ({
      name,
      line: getLine('services', name),
      labels: parseLabels(at(options, 'labels')),
      buildLabels:
        at(options, 'build') === undefined
          ? undefined
          : parseLabels(at(options, 'build', 'labels')),
      mounts: listAt(options, 'volumes').flatMap((mount) =>
        parseMount(mount, folder, project, data),
      ),
    })),
    resources: [
      ...readResources('volume'),
      ...networks,
      // Compose creates the default network without a declaration.
      ...(usesDefault && !declaresDefault
        ? [{ kind: 'network' as const, name: 'default', line: 1, labels: new Map() }]
        : []),
    ],
  };
}

/** `[a=b, c]` or `{a: b}`. */
function parseLabels(labels: unknown): Labels {
  if (Array.isArray(labels)) {
    return new Map(
      textsAt({ labels }, 'labels').map((line) => {
        const end = line.indexOf('=');
        return end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end + 1)];
      }),
    );
  }
  return new Map(entriesAt({ labels }, 'labels').map(([key, value]) => [key, String(value ?? '')]));
}

/** `./data:/data:ro`, `cache:/cache`, or the long form; read-only mounts are left out. */
function parseMount(
  mount: unknown,
  folder: string,
  project: string,
  data: unknown,
): readonly SharedMount[] {
  const long = typeof mount === 'object';
  const [short = '', target = '', options = ''] = long ? [] : String(mount).split(':');
  const source = long ? textAt(mount, 'source') : short;
  const isReadOnly = long ? at(mount, 'read_only') === true : options.split(',').includes('ro');
  const isAnonymous = long ? source === '' : target === '';
  // The value of a variable is known only at run time.
  if (isReadOnly || isAnonymous || source.includes('$') || source.endsWith('.sock')) return [];
  if (/^[./~]/.test(source)) return [{ kind: 'bind mount', source: resolve(folder, source) }];
  const volume = at(data, 'volumes', source);
  const name = textAt(volume, 'name') || (isExternal(volume) ? source : `${project}_${source}`);
  return [{ kind: 'volume', source: name }];
}

function isExternal(options: unknown): boolean {
  const external = at(options, 'external');
  return external !== undefined && external !== false;
}
