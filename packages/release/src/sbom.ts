/** What is used of an SPDX 2.3 document. */
interface SpdxDocument {
  readonly creationInfo: object;
  readonly packages: readonly { readonly SPDXID: string }[];
}

/** The release that an SBOM describes. */
interface SbomRelease {
  readonly version: string;
  readonly commit: string;
  /** Epoch seconds and the time zone, in git's raw format. */
  readonly date: string;
}

const ROOT = 'SPDXRef-RootPackage';

/**
 * Returns an SBOM that is the same in every build of a release. `pnpm sbom` numbers and orders the
 * packages at random, adds the time and a random namespace, and attributes a dependency to another
 * package in each run. So the packages are sorted, and all are contained in the root package.
 */
export function normalizeSbom(text: string, { version, commit, date }: SbomRelease): string {
  const document = JSON.parse(text) as SpdxDocument;
  const packages = document.packages
    .map((one) => ({ ...one, SPDXID: one.SPDXID.replace(/-\d+$/, '') }))
    .toSorted((a, b) => (a.SPDXID < b.SPDXID ? -1 : 1));
  const created = new Date(Number.parseInt(date, 10) * 1000).toISOString().replace('.000', '');
  const relate = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
    spdxElementId,
    relationshipType,
    relatedSpdxElement,
  });
  const normalized = {
    ...document,
    documentNamespace: `https://spdx.org/spdxdocs/actions-${version}-${commit}`,
    creationInfo: { ...document.creationInfo, created },
    packages,
    relationships: [
      relate('SPDXRef-DOCUMENT', 'DESCRIBES', ROOT),
      ...packages
        .filter(({ SPDXID }) => SPDXID !== ROOT)
        .map(({ SPDXID }) => relate(ROOT, 'CONTAINS', SPDXID)),
    ],
  };
  return `${JSON.stringify(normalized, null, 2)}\n`;
}
