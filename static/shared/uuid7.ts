/** UUID version 7 (RFC 9562, 5.7): sortable by the moment it was made, in whole milliseconds. */

export function uuid7(wall: number): string {
  const time = wall.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`; // a version 4 gives the rest, variant included
}
