/** The numeric IDs of a repository and its owner. They tell it from a later one of the same name. */
export interface RepositoryIds {
  readonly owner: number;
  readonly repository: number;
}

const GITHUB_ACTIONS = 44036562;

/** The repositories of third-party actions; `gh api repos/<name> --jq '.owner.id, .id'` prints both. */
export const REPOSITORIES: Readonly<Record<string, RepositoryIds>> = {
  'actions/attest': { owner: GITHUB_ACTIONS, repository: 760701061 },
  'actions/checkout': { owner: GITHUB_ACTIONS, repository: 197814629 },
  'actions/create-github-app-token': { owner: GITHUB_ACTIONS, repository: 642580244 },
  'actions/dependency-review-action': { owner: GITHUB_ACTIONS, repository: 476372928 },
  'actions/download-artifact': { owner: GITHUB_ACTIONS, repository: 192626254 },
  'actions/setup-node': { owner: GITHUB_ACTIONS, repository: 189476904 },
  'actions/upload-artifact': { owner: GITHUB_ACTIONS, repository: 192625955 },
  'github/codeql-action': { owner: 9919, repository: 259445878 },
  'ossf/scorecard-action': { owner: 67707773, repository: 421101922 },
};
