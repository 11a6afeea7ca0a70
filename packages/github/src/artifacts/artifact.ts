import type { GitHub } from '../github.ts';

/** An artifact of a run. */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly isExpired: boolean;
  /** ms since the epoch; `undefined` if GitHub does not state it. */
  readonly expiresAt: number | undefined;
  /** `sha256:…` of the ZIP file; empty for old artifacts. */
  readonly digest: string;
}

/** The latest artifact with a name in a run (permissions: actions: read). */
export async function findArtifact(
  { rest, repository }: GitHub,
  run: number,
  name: string,
): Promise<Artifact | undefined> {
  const { data } = await rest.actions.listWorkflowRunArtifacts({
    ...repository,
    run_id: run,
    name,
    per_page: 100,
  });
  return data.artifacts.map(toArtifact).sort((one, other) => other.id - one.id)[0];
}

function toArtifact(artifact: {
  readonly id: number | bigint;
  readonly name: string;
  readonly size_in_bytes: number;
  readonly expired: boolean;
  readonly expires_at: string | null;
  readonly digest?: string | null | undefined;
}): Artifact {
  return {
    id: Number(artifact.id),
    name: artifact.name,
    size: artifact.size_in_bytes,
    isExpired: artifact.expired,
    expiresAt: artifact.expires_at === null ? undefined : Date.parse(artifact.expires_at),
    digest: artifact.digest ?? '',
  };
}
