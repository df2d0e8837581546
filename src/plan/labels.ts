/** What an image and a container of argus carry as labels: they are its only database. */
export const LABEL = {
  backend: "argus.backend",
  session: "argus.session",
  owner: "argus.owner",
  version: "argus.version",
  inputs: "argus.inputs",
  recipe: "argus.recipe",
} as const;
