/** A test of a requirement: its file, and its title or a unique part of it. */
export type Evidence = readonly [file: string, title: string];

/**
 * The requirements of the systems that use these actions, by ID, each with a test, or with a document
 * if it cannot be tested. IDs appear only in this file.
 */
export const REQUIREMENTS: Readonly<Record<string, Evidence>> = {
  // health-check
  H1: ['test/e2e/health-check-examples.test.ts', 'the first example'],
  H2: ['test/e2e/health-check-examples.test.ts', 'checks: healthy and unhealthy'],
  H3: ['test/e2e/health-check-examples.test.ts', 'checks: healthy and unhealthy'],
  H4: ['test/e2e/health-check.test.ts', 'pages after a deploy'],
  H5: ['test/e2e/health-check.test.ts', 'pages after a deploy'],
  H6: ['test/e2e/health-check-examples.test.ts', 'steps: a round trip'],
  H7: ['test/e2e/health-check-local.test.ts', 'each local kind can be healthy'],
  H8: ['test/e2e/health-check-local.test.ts', 'each local kind can be healthy'],
  H9: ['test/e2e/health-check-local.test.ts', 'each local kind can be healthy'],
  H10: ['test/real/health-check-examples.test.ts', 'dns, grpc, websocket, unix, icmp, tailscale'],
  H11: ['test/real/health-check-docker.test.ts', 'analyses both streams of a container log'],
  H12: ['actions/health-check/src/kinds/log.test.ts', 'a healthy log has an overview'],
  H13: ['actions/health-check/src/kinds/log.test.ts', 'a healthy log has an overview'],
  H14: ['test/real/health-check-docker.test.ts', 'analyses both streams of a container log'],
  H15: ['test/real/health-check-docker.test.ts', 'analyses both streams of a container log'],
  H16: ['test/real/health-check-docker.test.ts', 'shows the latest errors without secrets'],
  H17: ['test/e2e/health-check.test.ts', 'runs checks of several kinds from a JSON file'],
  H18: [
    'test/e2e/health-check-reports.test.ts',
    'writes each requested report file besides the summary and the JSON report',
  ],
  H19: ['test/e2e/health-check.test.ts', 'group::Checking'],
  H20: ['test/e2e/health-check-local.test.ts', 'each local kind can be healthy'],
  H21: [
    'test/real/health-check-docker.test.ts',
    'running containers with and without a health check',
  ],
  H22: ['test/real/health-check-docker.test.ts', 'shows the latest errors without secrets'],
  H23: ['test/e2e/health-check-heal.test.ts', 'on-unhealthy-workflow %s'],
  H24: [
    'test/e2e/health-check-reports.test.ts',
    'writes each requested report file besides the summary and the JSON report',
  ],
  H25: [
    'test/e2e/health-check-heal.test.ts',
    'the monitor workflow of the README works with its permissions',
  ],
  H26: [
    'test/contract/health-check-workflow.test.ts',
    "the monitor workflow of the README is valid for GitHub's language service",
  ],
  H27: ['test/real/health-check-docker.test.ts', 'the README example works'],
  H28: ['test/real/health-check-examples.test.ts', 'services, databases'],
  H29: ['test/e2e/health-check-local.test.ts', 'each local kind can be healthy'],
  // docker-label-cleanup
  D1: ['test/real/docker-cleanup-examples.test.ts', 'cleans up after a test job'],
  D2: [
    'test/real/docker-cleanup-examples.test.ts',
    'cleans up a shared daemon, by a daemon clock that is one day ahead',
  ],
  D3: [
    'test/real/docker-cleanup-safety.test.ts',
    'removes one of two tags of an image; the script removes both',
  ],
  D4: [
    'test/real/docker-cleanup-safety.test.ts',
    'removes the networks, named and anonymous volumes of a Compose project, as down -v does',
  ],
  D5: [
    'test/real/docker-cleanup-safety.test.ts',
    'keeps a stopped production container, its volume and its dangling image; the script removes them',
  ],
  D6: ['test/e2e/docker-label-cleanup.test.ts', 'records an outcome per object'],
  D7: [
    'test/real/docker-cleanup-runs.test.ts',
    'mode: setup removes only its own objects at the end of a cancelled job',
  ],
  D8: [
    'test/real/docker-cleanup-examples.test.ts',
    'cleans up a shared daemon, by a daemon clock that is one day ahead',
  ],
  D9: [
    'test/e2e/docker-label-cleanup.test.ts',
    'rejects invalid inputs before it removes anything',
  ],
  D10: [
    'test/real/docker-cleanup-examples.test.ts',
    'cleans up a shared daemon, by a daemon clock that is one day ahead',
  ],
  D11: [
    'test/real/docker-cleanup-safety.test.ts',
    'mode: plan removes nothing and lists every object with its outcome and reason',
  ],
  D12: ['test/real/docker-cleanup-examples.test.ts', 'applies a reviewed plan'],
  D13: [
    'test/real/docker-cleanup-examples.test.ts',
    'cleans up a shared daemon, by a daemon clock that is one day ahead',
  ],
  D14: ['test/real/docker-cleanup-examples.test.ts', 'checks compose files for missing labels'],
  D16: ['test/real/docker-cleanup-examples.test.ts', 'removes a Compose project'],
  // perf-regression
  P1: ['test/real/perf-regression-examples.test.ts', 'records criterion results of a push'],
  P2: [
    'test/e2e/perf-regression.test.ts',
    '20% and 0.2 are the same threshold, which must be exceeded',
  ],
  P3: [
    'test/e2e/perf-regression.test.ts',
    '20% and 0.2 are the same threshold, which must be exceeded',
  ],
  P4: ['test/e2e/perf-regression.test.ts', 'a rate that fell by a quarter'],
  P5: ['test/e2e/perf-regression-history.test.ts', 'a history in a folder'],
  P6: ['test/e2e/perf-regression.test.ts', '15% slower warns, and fails with fail-on: warn'],
  P7: ['test/e2e/perf-regression.test.ts', '15% slower warns, and fails with fail-on: warn'],
  P8: ['test/e2e/perf-regression.test.ts', '15% slower warns, and fails with fail-on: warn'],
  P9: ['test/e2e/perf-regression.test.ts', 'memory that grew by 101 MB'],
  P10: ['test/e2e/perf-regression.test.ts', 'an image that grew by 51 MB'],
  P11: ['test/e2e/perf-regression.test.ts', 'an image that grew by 21 MB'],
  P12: ['test/e2e/perf-regression.test.ts', 'coverage that fell by 5.1 points'],
  P13: ['test/e2e/perf-regression.test.ts', 'a new vulnerability'],
  P14: ['test/e2e/perf-regression.test.ts', 'outdated dependencies'],
  P15: [
    'test/real/perf-regression-examples.test.ts',
    'compares with the base, by hand and with mode: run',
  ],
  P16: [
    'test/real/perf-regression-examples.test.ts',
    'compares with the base, by hand and with mode: run',
  ],
  P17: ['test/e2e/perf-regression.test.ts', 'a counter above 10 ns'],
  P18: ['test/e2e/perf-regression.test.ts', 'memory above its budget'],
  P19: [
    'test/e2e/perf-regression-published.test.ts',
    '%s has the format %s, and no regression compared with itself',
  ],
  P20: ['test/real/perf-regression-examples.test.ts', 'runs with a label'],
  P21: ['test/real/perf-regression-examples.test.ts', 'runs with a label'],
  P22: ['test/real/perf-regression-examples.test.ts', 'records criterion results of a push'],
  P23: [
    'test/real/perf-regression-chromium.test.ts',
    'shows each row, its trend and the change of level',
  ],
  P24: ['test/e2e/perf-regression.test.ts', 'a migration of more than a minute'],
  P25: ['test/e2e/perf-regression.test.ts', 'samples of a pull request compared with its base'],
  // proxy-retest
  X1: ['test/e2e/proxy-retest.test.ts', 'retests the list and changes only the results'],
  X2: ['test/e2e/proxy-retest.test.ts', 'retests the list and changes only the results'],
  X3: ['test/e2e/proxy-retest.test.ts', 'retests the list and changes only the results'],
  X4: ['test/e2e/proxy-retest.test.ts', 'retests the list and changes only the results'],
  X5: ['actions/proxy-retest/src/schedule/selection.test.ts', 'matchRules'],
  X6: ['actions/proxy-retest/src/schedule/selection.test.ts', 'matchRules'],
  X7: ['actions/proxy-retest/src/schedule/selection.test.ts', 'matchRules'],
  X8: ['actions/proxy-retest/src/schedule/selection.test.ts', 'matchRules'],
  X9: ['actions/proxy-retest/src/schedule/selection.test.ts', 'matchRules'],
  X10: ['actions/proxy-retest/src/schedule/selection.test.ts', 'matchRules'],
  X11: [
    'test/workflows/example-configstream.test.ts',
    'retests the list between two runs and finds a recovered proxy',
  ],
  X12: [
    'test/e2e/proxy-retest-outputs.test.ts',
    'keeps the history in the cache of GitHub Actions',
  ],
  X13: ['test/e2e/proxy-retest.test.ts', 'stops within a second after the budget'],
  X14: ['test/e2e/proxy-retest.test.ts', 'shards produce the same list as a single run'],
  X15: [
    'actions/proxy-retest/src/endpoint-test/endpoint-test.test.ts',
    'respects the limit per host and lets other hosts pass',
  ],
  X16: ['test/e2e/proxy-retest-outputs.test.ts', 'timeouts sets the timeout of each attempt'],
  X17: [
    'actions/proxy-retest/src/endpoint-test/attempt.test.ts',
    'an unexpected status and a slow answer are failures',
  ],
  X18: ['test/e2e/proxy-retest.test.ts', 'warns about invalid fields and tests the record anyway'],
  X19: ['test/e2e/proxy-retest-commit.test.ts', 'commit: true'],
  X20: [
    'test/e2e/proxy-retest-outputs.test.ts',
    'writes the alive endpoints and the metadata to extra files',
  ],
  X21: [
    'test/real/proxy-retest-engine-safety.test.ts',
    'verifies the certificate of the proxy unless the link disables it',
  ],
  X22: ['test/e2e/proxy-retest-outputs.test.ts', 'judge-url'],
  X23: ['test/e2e/proxy-retest-outputs.test.ts', 'sets the location from a MaxMind database'],
  X24: ['test/real/proxy-retest-engine-safety.test.ts', 'receives and dials only public addresses'],
  // shared
  E1: ['test/e2e/health-check.test.ts', 'sends notifications; a failed one is a warning'],
  E2: ['packages/core/src/notify/formats.test.ts', 'Slack'],
  E3: ['packages/core/src/notify/formats.test.ts', 'Discord'],
  E6: ['test/e2e/health-check.test.ts', 'sends notifications; a failed one is a warning'],
  E7: [
    'packages/core/src/action/annotation.test.ts',
    'sorts by severity and keeps the order within a level',
  ],
  E8: [
    'packages/core/src/action/run-action.test.ts',
    'writes outputs, report and summary, and logs the result in one line',
  ],
  E9: ['test/e2e/proxy-retest-commit.test.ts', 'commit: true'],
  E10: [
    'test/e2e/proxy-retest-commit.test.ts',
    'applies the results to a list that was pushed in the meantime',
  ],
  E11: ['docs/workflows.md', '**Caches**'],
  E12: ['test/contract/links.test.ts', 'every link of %s has a target'],
  E13: ['test/contract/links.test.ts', 'every link of %s has a target'],
  E14: [
    'test/contract/workflows.test.ts',
    'declares permissions and pins third-party actions by SHA',
  ],
  E15: ['test/e2e/health-check-heal.test.ts', 'secrets appear neither in files nor in issues'],
  E16: [
    'test/contract/workflows.test.ts',
    'declares permissions and pins third-party actions by SHA',
  ],
  E17: ['docs/workflows.md', '**Self-hosted runners**'],
  E18: ['README.md', 'Linux, macOS and Windows'],
  E19: ['docs/workflows.md', 'Enable debug logging'],
  E20: ['test/e2e/health-check-reports.test.ts', 'metrics of the workflow'],
  E21: ['test/e2e/health-check-reports.test.ts', 'metrics of the workflow'],
  E26: ['.github/workflows/ci.yml', 'test:coverage'],
  E28: ['packages/release/src/command.test.ts', 'rejects %s'],
  E29: [
    'packages/release/src/command.test.ts',
    'puts actions at the root and includes unchanged workflows and checksums',
  ],
  E30: [
    'packages/release/src/changelog.test.ts',
    'lists user-facing changes, breaking changes first',
  ],
  E34: ['test/contract/snippets.test.ts', 'actions and inputs used in $path'],
  E35: ['docs/workflows.md', 'workflow_dispatch'],
  E37: ['docs/workflows.md', '**Artifacts**'],
  E38: [
    'actions/health-check/src/retry-policy.test.ts',
    'exponential doubles after each failure in the start-up phase, up to max-interval',
  ],
  E39: [
    'packages/core/src/action/run-action.test.ts',
    'warns if one cannot be sent, and does not fail',
  ],
  // deploy-rollback
  R1: ['test/e2e/deploy-rollback.test.ts', 'restores and verifies the last good release'],
  R2: ['test/e2e/deploy-rollback.test.ts', 'restores and verifies the last good release'],
  R3: [
    'test/real/deploy-rollback-symlink.test.ts',
    'restores the target of the link and verifies the release',
  ],
  R4: ['test/real/deploy-rollback-docker.test.ts', 'restores the container from its image'],
  R5: ['test/real/deploy-rollback-compose.test.ts', 'restores the image of each service'],
  R6: [
    'test/workflows/deploy-rollback-examples.test.ts',
    'restores the database, files and the image together',
  ],
  R7: ['test/e2e/deploy-rollback.test.ts', 'snapshots are private, and a damaged one is not used'],
  R8: [
    'test/real/deploy-rollback-compose.test.ts',
    'the preflight finds a missing image or service, and nothing is changed',
  ],
  R9: ['test/workflows/deploy-rollback-examples.test.ts', 'rolls back by hand, first as a dry run'],
  R10: ['test/real/deploy-rollback-compose.test.ts', 'restores the image of each service'],
  R11: [
    'test/workflows/deploy-rollback-examples.test.ts',
    'restores the database, files and the image together',
  ],
  R12: ['test/e2e/deploy-rollback-github.test.ts', 'the reusable workflow of the README'],
  R13: [
    'test/e2e/deploy-rollback-github.test.ts',
    'one of two concurrent runs rolls back, and the other reports the owner of the lock',
  ],
  R14: ['test/e2e/deploy-rollback-interrupted.test.ts', 'a rollback sends notifications'],
  R15: ['test/real/deploy-rollback-compose.test.ts', 'restores the image of each service'],
  R16: ['test/e2e/deploy-rollback-github.test.ts', 'the reusable workflow of the README'],
  R17: ['test/e2e/deploy-rollback.test.ts', 'restores and verifies the last good release'],
  R18: ['test/e2e/deploy-rollback-recipes.test.ts', 'the recipe $file ($index)'],
  R19: ['test/e2e/deploy-rollback-recipes.test.ts', 'the recipe $file ($index)'],
  R21: [
    'test/workflows/example-dataknobs.test.ts',
    'rolls back an unhealthy release in staging and does not deploy it to production',
  ],
  R22: ['test/e2e/deploy-rollback-recipes.test.ts', 'the recipe $file ($index)'],
};
