/** Which images are argus' own: an image that a user builds from one of them inherits its labels. */

/** `argus/npx-x:0123456789ab` of that image's name in an engine or under a registry's prefix; undefined = another's. */
export function ownImageName(name: string): string | undefined {
  return /(?:^|\/)(argus\/(?:uvx|npx|go|source|dockerfile)-[a-z0-9._-]+:[0-9a-f]{12})$/.exec(name)?.[1];
}
