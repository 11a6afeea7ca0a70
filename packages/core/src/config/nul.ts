interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly owner: Place | undefined;
}

/**
 * The path of a text or key with a NUL character. Paths, arguments and protocols cannot contain one:
 * the rest would be lost or misread. The data must not be circular; it can be nested deeply.
 */
export function pathToNul(data: unknown): readonly string[] | undefined {
  const left: Place[] = [{ value: data, key: '', owner: undefined }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value, key } = place;
    if (key.includes('\0')) return toPath(place.owner);
    if (typeof value === 'string' && value.includes('\0')) return toPath(place);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      left.push({ value: member, key: name, owner: place });
    }
  }
  return undefined;
}

function toPath(place: Place | undefined): readonly string[] {
  const path: string[] = [];
  for (let at = place; at?.owner !== undefined; at = at.owner) path.push(at.key);
  return path.reverse();
}
