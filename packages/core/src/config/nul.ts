interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly owner: Place | undefined;
}

/**
 * Where in data a text or a key has a NUL character, which no path, argument or protocol takes: what
 * is behind it would be lost there, or read as something else. Data must have no circles; it may be
 * nested deeply.
 */
export function pathToNul(data: unknown): readonly string[] | undefined {
  const left: Place[] = [{ value: data, key: '', owner: undefined }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value, key } = place;
    if (key.includes('\0')) return pathOf(place.owner);
    if (typeof value === 'string' && value.includes('\0')) return pathOf(place);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      left.push({ value: member, key: name, owner: place });
    }
  }
  return undefined;
}

function pathOf(place: Place | undefined): readonly string[] {
  const path: string[] = [];
  for (let at = place; at?.owner !== undefined; at = at.owner) path.push(at.key);
  return path.reverse();
}
