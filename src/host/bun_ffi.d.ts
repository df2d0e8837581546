/** What argus uses of https://bun.com/docs/runtime/ffi; another runtime has no such module. */
declare module "bun:ffi" {
  type Call = { readonly args: readonly string[]; readonly returns: string };
  export function dlopen<Name extends string>(
    library: string,
    symbols: Readonly<Record<Name, Call>>,
  ): { readonly symbols: Readonly<Record<Name, (...args: readonly number[]) => number>> };
  export function ptr(memory: ArrayBufferView): number;
}
