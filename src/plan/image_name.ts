/** The names of argus' images: made, and known again in an engine or under a registry's prefix. */

/** How an image is made. */
export const RECIPES = ["uvx", "npx", "go", "source", "dockerfile"] as const;
export type Recipe = (typeof RECIPES)[number];

/** Stands in place of a registry, so that the name is equal in every engine: Podman would put it before a shorter one. */
export const NO_REGISTRY = "localhost/";

/**
 * `localhost/argus/<recipe>-<name>:<12 hex>`; the plan has made the name one that registries accept.
 *
 * @param inputs Hash of everything that shapes the image.
 */
export function imageName(recipe: Recipe, name: string, inputs: string): string {
  return `${NO_REGISTRY}argus/${recipe}-${name}:${inputs.slice(0, 12)}`;
}

/**
 * `argus/npx-x:0123456789ab` of that image's name; undefined = another's, whatever its labels say: an image that a user
 * builds from one of argus' own inherits them.
 */
export function ownImageName(name: string): string | undefined {
  const own = OWN.exec(name)?.[1];
  return own === undefined ? undefined : `argus/${own}`;
}

/** How the names of all images of a recipe begin, as {@link ownImageName} writes them. */
export function ownImagesOf(recipe: Recipe): string {
  return `argus/${recipe}-`;
}

/** Docker Hub allows an account and one name, so that there dashes join the rest. */
const OWN = new RegExp(`(?:(?:^|/)argus/|/(?:[^/]*-)?argus-)((?:${RECIPES.join("|")})-[a-z0-9._-]+:[0-9a-f]{12})$`);
