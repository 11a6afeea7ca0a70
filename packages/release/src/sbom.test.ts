import { expect, test } from 'vitest';
import { normalizeSbom } from './sbom.ts';

const RELEASE = { version: '1.2.0', commit: 'a'.repeat(40), date: '1700000000 +0100' };

/** What one run of `pnpm sbom` writes: numbers, order, time, namespace and relationships differ. */
const document = (packages: readonly string[], created: string) =>
  JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    documentNamespace: `random-${created}`,
    creationInfo: { created, creators: ['Tool: pnpm'] },
    packages: [
      { SPDXID: 'SPDXRef-RootPackage', name: 'actions' },
      ...packages.map((name, index) => ({ SPDXID: `SPDXRef-Package-${name}-${index}`, name })),
    ],
    relationships: packages.map((name, index) => ({
      spdxElementId: 'SPDXRef-RootPackage',
      relatedSpdxElement: `SPDXRef-Package-${name}-${index}`,
      relationshipType: 'DEPENDS_ON',
    })),
  });

test('is the same for two runs of pnpm, and different for different packages', () => {
  const one = normalizeSbom(document(['yaml-2.9.1', 'ws-8.23.0'], 'now'), RELEASE);
  const two = normalizeSbom(document(['ws-8.23.0', 'yaml-2.9.1'], 'later'), RELEASE);
  expect(two).toBe(one);
  expect(normalizeSbom(document(['ws-8.23.0'], 'now'), RELEASE)).not.toBe(one);
});

test('names the release, and relates every package to the root', () => {
  const sbom = JSON.parse(normalizeSbom(document(['yaml-2.9.1'], 'now'), RELEASE));
  expect(sbom).toMatchObject({
    documentNamespace: `https://spdx.org/spdxdocs/actions-1.2.0-${'a'.repeat(40)}`,
    creationInfo: { created: '2023-11-14T22:13:20Z', creators: ['Tool: pnpm'] },
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES' },
      { relatedSpdxElement: 'SPDXRef-Package-yaml-2.9.1', relationshipType: 'CONTAINS' },
    ],
  });
});
