/** A deployment of GitHub Pages. */
export interface PagesDeployment {
  /** The `pages_build_version`. */
  readonly id: string;
  readonly artifact: number;
  /** What it goes through, an answer each; the last one stays. */
  readonly course: PagesStatus[];
}

export type PagesStatus =
  | 'deployment_in_progress'
  | 'syncing_files'
  | 'updating_pages'
  | 'purging_cdn'
  | 'deployment_cancelled'
  | 'deployment_failed'
  | 'deployment_content_failed'
  | 'succeed';
