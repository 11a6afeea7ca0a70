/** `http_req_failed`, `heapUsed`, `first-contentful-paint`: the words of a name, in small letters. */
export function wordsOf(name: string): string[] {
  return name
    .slice(-500)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d%]+/)
    .filter((word) => word !== '');
}
