import { basename, dirname, resolve } from 'node:path';
import { readYaml } from '@repo/core/config/yaml-document';
import type { Labels } from '@repo/docker/json';
import { at, entriesAt, listAt, textAt, textsAt } from '@repo/docker/json';

/** As much of a compose file as says what Docker will make of it. */
export interface ComposeFile {
  /** As the user gave it. */
  readonly path: string;
  readonly services: readonly Service[];
  /** Top-level volumes and networks that compose makes. */
  readonly resources: readonly Resource[];
}

export interface Service {
  readonly name: string;
  readonly line: number;
  readonly labels: Labels;
  /** The labels of the image that it builds; `undefined` when it builds none. */
  readonly buildLabels: Labels | undefined;
  readonly mounts: readonly SharedPlace[];
}

/** A volume or a folder of the host that a service writes to. */
export interface SharedPlace {
  readonly kind: 'volume' | 'bind mount';
  /** As Docker will call the volume; the whole path of a folder. */
  readonly place: string;
}

interface Resource {
  readonly kind: 'volume' | 'network';
  readonly name: string;
  readonly line: number;
  readonly labels: Labels;
}

/** Reads a compose file. Throws an InputError where it is not YAML. */
export function readCompose(text: string, path: string, absolute: string): ComposeFile {
  const { data, ...yaml } = readYaml(text, path, { merge: true });
  const lineOf = (section: string, name: string) => yaml.placeOf([section, name]).line;
  const folder = dirname(absolute);
  const project = textAt(data, 'name') || basename(folder);

  const made = (kind: 'volume' | 'network'): Resource[] =>
    entriesAt(data, `${kind}s`)
      .filter(([, options]) => !isExternal(options))
      .map(([name, options]) => ({
        kind,
        name,
        line: lineOf(`${kind}s`, name),
        labels: labelsOf(at(options, 'labels')),
      }));
  const services = entriesAt(data, 'services');
  const networks = made('network');
  const declaresDefault = entriesAt(data, 'networks').some(([name]) => name === 'default');
  const usesDefault = services.some(
    ([, options]) =>
      at(options, 'networks') === undefined && textAt(options, 'network_mode') === '',
  );
  return {
    path,
    services: services.map(([name, options]) => ({
      name,
      line: lineOf('services', name),
      labels: labelsOf(at(options, 'labels')),
      buildLabels:
        at(options, 'build') === undefined ? undefined : labelsOf(at(options, 'build', 'labels')),
      mounts: listAt(options, 'volumes').flatMap((mount) => placeOf(mount, folder, project, data)),
    })),
    resources: [
      ...made('volume'),
      ...networks,
      // Compose makes it by itself.
      ...(usesDefault && !declaresDefault
        ? [{ kind: 'network' as const, name: 'default', line: 1, labels: new Map() }]
        : []),
    ],
  };
}

/** `[a=b, c]` or `{a: b}`. */
function labelsOf(given: unknown): Labels {
  if (Array.isArray(given)) {
    return new Map(
      textsAt({ given }, 'given').map((line) => {
        const end = line.indexOf('=');
        return end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end + 1)];
      }),
    );
  }
  return new Map(entriesAt({ given }, 'given').map(([key, value]) => [key, String(value ?? '')]));
}

/** `./data:/data:ro`, `cache:/cache`, or the long form; what is only read is left out. */
function placeOf(
  mount: unknown,
  folder: string,
  project: string,
  data: unknown,
): readonly SharedPlace[] {
  const long = typeof mount === 'object';
  const [short = '', target = '', options = ''] = long ? [] : String(mount).split(':');
  const source = long ? textAt(mount, 'source') : short;
  const isReadOnly = long ? at(mount, 'read_only') === true : options.split(',').includes('ro');
  const isAnonymous = long ? source === '' : target === '';
  // What a variable stands for is known only when it runs.
  if (isReadOnly || isAnonymous || source.includes('$') || source.endsWith('.sock')) return [];
  if (/^[./~]/.test(source)) return [{ kind: 'bind mount', place: resolve(folder, source) }];
  const volume = at(data, 'volumes', source);
  const name = textAt(volume, 'name') || (isExternal(volume) ? source : `${project}_${source}`);
  return [{ kind: 'volume', place: name }];
}

function isExternal(options: unknown): boolean {
  const external = at(options, 'external');
  return external !== undefined && external !== false;
}
