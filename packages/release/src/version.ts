import { ReleaseError } from './release-error.ts';

/** A version of three numbers, without pre-releases. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

const VERSION_PATTERN = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;

/** Reads `X.Y.Z`; `undefined` for any other text. */
export function readVersion(text: string): Version | undefined {
  const [, major, minor, patch] = VERSION_PATTERN.exec(text) ?? [];
  if (patch === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Parses the requested version. Throws a {@link ReleaseError} if it is missing or invalid. */
export function parseVersion(text: string | undefined): Version {
  const version = text === undefined ? undefined : readVersion(text);
  if (version !== undefined) return version;
  throw new ReleaseError(
    text === undefined ? 'The version is missing.' : `"${text}" is not a valid version.`,
    'Use three numbers: --version 1.2.3',
  );
}

export function formatVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}

export function toTag(version: Version): string {
  return `v${formatVersion(version)}`;
}

/** Negative if `a` is earlier than `b`. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/**
 * Returns the tags that move to a release: `vX.Y` and `vX`, each only if the release is the highest
 * version that it covers. A late fix of 1.2 does not move `v1` back from 1.3.
 */
export function movingTags(version: Version, releases: readonly Version[]): readonly string[] {
  const highest = (line: readonly Version[]) =>
    line.every((other) => compareVersions(other, version) <= 0);
  const sameMajor = releases.filter(({ major }) => major === version.major);
  const sameMinor = sameMajor.filter(({ minor }) => minor === version.minor);
  return [
    ...(highest(sameMinor) ? [`v${version.major}.${version.minor}`] : []),
    ...(highest(sameMajor) ? [`v${version.major}`] : []),
  ];
}

/** Throws a {@link ReleaseError} if a later patch version of the same minor version exists. */
export function rejectDowngrade(version: Version, releases: readonly Version[]): void {
  const later = releases.find(
    (other) =>
      other.major === version.major &&
      other.minor === version.minor &&
      compareVersions(other, version) > 0,
  );
  if (later === undefined) return;
  throw new ReleaseError(
    `${formatVersion(version)} is older than ${formatVersion(later)}, which is already published.`,
    `Release a version above ${formatVersion(later)}.`,
  );
}
