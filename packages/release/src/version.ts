import { Refusal } from './refusal.ts';

/** A version of three numbers; there are no pre-releases. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

const FORM = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;

/** Reads `X.Y.Z`; undefined for everything else. */
export function readVersion(text: string): Version | undefined {
  const [, major, minor, patch] = FORM.exec(text) ?? [];
  if (patch === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Reads the version that was asked for. Throws a {@link Refusal} when it is none. */
export function wantedVersion(text: string | undefined): Version {
  const version = text === undefined ? undefined : readVersion(text);
  if (version !== undefined) return version;
  throw new Refusal(
    text === undefined ? 'No version is given.' : `"${text}" is no version.`,
    'Give three numbers and nothing else: --version 1.2.3',
  );
}

export function versionText({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}

export function tagOf(version: Version): string {
  return `v${versionText(version)}`;
}

/** Negative when `a` is the earlier one. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/**
 * The tags that follow a release: `vX.Y` and `vX`, each only where the release is the highest of
 * its line. A late fix of 1.2 does not take `v1` back from 1.3.
 */
export function movingTags(version: Version, released: readonly Version[]): readonly string[] {
  const highest = (line: readonly Version[]) =>
    line.every((other) => compareVersions(other, version) <= 0);
  const sameMajor = released.filter(({ major }) => major === version.major);
  const sameMinor = sameMajor.filter(({ minor }) => minor === version.minor);
  return [
    ...(highest(sameMinor) ? [`v${version.major}.${version.minor}`] : []),
    ...(highest(sameMajor) ? [`v${version.major}`] : []),
  ];
}

/** Throws a {@link Refusal} when a later version of the same line is out already. */
export function refuseStepBack(version: Version, released: readonly Version[]): void {
  const later = released.find(
    (other) =>
      other.major === version.major &&
      other.minor === version.minor &&
      compareVersions(other, version) > 0,
  );
  if (later === undefined) return;
  throw new Refusal(
    `${versionText(version)} comes after ${versionText(later)}, which is out already.`,
    `Release a version above ${versionText(later)}.`,
  );
}
