import { ReleaseError } from './release-error.ts';

/** A version of three numbers, or a release candidate of it (`1.2.0-rc.1`). */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** The number of the release candidate; `undefined` for a final version. */
  readonly candidate?: number | undefined;
}

const NUMBER = '(0|[1-9]\\d{0,8})';
const VERSION_PATTERN = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-rc\\.${NUMBER})?$`);

/** Reads `X.Y.Z` or `X.Y.Z-rc.N`; `undefined` for any other text. */
export function readVersion(text: string): Version | undefined {
  const [, major, minor, patch, candidate] = VERSION_PATTERN.exec(text) ?? [];
  if (patch === undefined) return undefined;
  const version = { major: Number(major), minor: Number(minor), patch: Number(patch) };
  return candidate === undefined ? version : { ...version, candidate: Number(candidate) };
}

/** Parses the requested version. Throws a {@link ReleaseError} if it is missing or invalid. */
export function parseVersion(text: string | undefined): Version {
  const version = text === undefined ? undefined : readVersion(text);
  if (version !== undefined) return version;
  throw new ReleaseError(
    text === undefined ? 'The version is missing.' : `"${text}" is not a valid version.`,
    'Use --version 1.2.3, or --version 1.2.3-rc.1 for a release candidate.',
  );
}

export function formatVersion({ major, minor, patch, candidate }: Version): string {
  return `${major}.${minor}.${patch}${candidate === undefined ? '' : `-rc.${candidate}`}`;
}

export function toTag(version: Version): string {
  return `v${formatVersion(version)}`;
}

/** Whether a version is not a release candidate. */
export function isFinal({ candidate }: Version): boolean {
  return candidate === undefined;
}

/** Negative if `a` is earlier than `b`. A release candidate is earlier than its final version. */
export function compareVersions(a: Version, b: Version): number {
  const order = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (order !== 0 || a.candidate === b.candidate) return order;
  return (a.candidate ?? Number.POSITIVE_INFINITY) - (b.candidate ?? Number.POSITIVE_INFINITY);
}

/** Whether a version is final, and no final version of the others is higher. */
export function isHighest(version: Version, others: readonly Version[]): boolean {
  return (
    isFinal(version) &&
    others.filter(isFinal).every((other) => compareVersions(other, version) <= 0)
  );
}

/**
 * Returns the tags that move to a release: `vX.Y` and `vX`, each only if the release is the highest
 * version that it covers. A late fix of 1.2 does not move `v1` back from 1.3. A release candidate
 * moves no tag.
 */
export function movingTags(version: Version, releases: readonly Version[]): readonly string[] {
  const sameMajor = releases.filter(({ major }) => major === version.major);
  const sameMinor = sameMajor.filter(({ minor }) => minor === version.minor);
  return [
    ...(isHighest(version, sameMinor) ? [`v${version.major}.${version.minor}`] : []),
    ...(isHighest(version, sameMajor) ? [`v${version.major}`] : []),
  ];
}

/** Throws a {@link ReleaseError} if a later version of the same minor version exists. */
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
