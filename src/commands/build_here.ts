/** What an ad hoc run can do about its image where building is switched off: `argus build` knows no such backend. */
export const BUILD_HERE = "drop --no-build or ARGUS_CONTAINER_BUILD_IF_MISSING=false, and the run builds it";
