/** An image as the cluster pulls it. */

/**
 * `localhost/argus/npx-x:abc` under a registry's prefix: `registry.example.com/mcp/argus/npx-x:abc`, or by digest when
 * that is known. Without a registry the node must have the image under its local name.
 */
export function imageRef(registry: string | undefined, image: string, digest?: string): string {
  const name = registry === undefined ? image : `${registry.replace(/\/+$/, "")}/${image.replace(/^localhost\//, "")}`;
  return digest === undefined ? name : `${name.replace(/:[^:/]*$/, "")}@${digest}`;
}
