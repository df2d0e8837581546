/** Which images are argus' own: an image that a user builds from one of them inherits its labels. */

/** `argus/npx-x:0123456789ab` of that image's name in an engine or under a registry's prefix; undefined = another's. */
export function ownImageName(name: string): string | undefined {
  const own = OWN.exec(name)?.[1];
  return own === undefined ? undefined : `argus/${own}`;
}

/** Docker Hub allows an account and one name, so that there dashes join the rest. */
const OWN = /(?:(?:^|\/)argus\/|\/(?:[^/]*-)?argus-)((?:uvx|npx|go|source|dockerfile)-[a-z0-9._-]+:[0-9a-f]{12})$/;
