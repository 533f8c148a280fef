/** A hint to the other contexts of this phone that the database has changed. Hints get lost; nobody relies on one. */

const channel = globalThis.BroadcastChannel && new BroadcastChannel("afterbeam");

export const announce = (): void => channel?.postMessage("changed");

export function whenAnnounced(act: () => void): void {
  if (channel) channel.onmessage = act;
}
