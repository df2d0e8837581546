// Prints the description of the stand-in images that archive.mjs packs; everything comes from the environment.
const { STAMP, LABEL, DIR, WANTED, BUNDLE, REGISTRIES, LAYER_FILES } = process.env;

const layers = new Map(
  LAYER_FILES.trim()
    .split("\n")
    .map((line) => line.split(" ")),
);
const trust = [
  "SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
  "PIP_CERT",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
];
const common = [...trust.map((name) => `${name}=${BUNDLE}`), ...REGISTRIES.split("\n").filter(Boolean)];
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const node = {
  Env: [`PATH=${path}`, "NODE_VERSION=22.20.0", "YARN_VERSION=1.22.22"],
  Entrypoint: ["docker-entrypoint.sh"],
  Cmd: ["node"],
};

const images = {
  "alpine:3.21": [["alpine"], { Env: [`PATH=${path}`], Cmd: ["/bin/sh"] }],
  "node:22-alpine": [["alpine", "node-musl"], node],
  "golang:1.24-alpine": [
    ["alpine", "go"],
    {
      Env: [`PATH=/go/bin:/usr/local/go/bin:${path}`, "GOLANG_VERSION=1.24.13", "GOTOOLCHAIN=local", "GOPATH=/go"],
      Cmd: ["/bin/sh"],
      WorkingDir: "/go",
    },
  ],
  "debian:trixie-slim": [["debian"], { Env: [`PATH=${path}`], Cmd: ["bash"] }],
  "node:22-slim": [["debian", "node-glibc"], node],
  "python:3.13-slim": [["debian", "python"], { Env: [`PATH=${path}`, "PYTHON_VERSION=3.13.5"], Cmd: ["python3"] }],
};

const wanted = WANTED.trim()
  .split(/\s+/)
  .map((name) => {
    const [names, config] = images[name];
    return {
      name: `docker.io/library/${name}`,
      layers: [...names, "ca"].map((layer) => layers.get(layer)),
      config: { ...config, Env: [...config.Env, ...common], Labels: { [LABEL]: STAMP } },
    };
  });
console.log(JSON.stringify({ dir: DIR, images: wanted }));
