// Types of the entry motcua/verify-inline.

/** The module of `motcua/verify`: `await init(moduleBytes())` fetches nothing. */
export function moduleBytes(): Uint8Array;
