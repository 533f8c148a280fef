/** A QR code's rows as one SVG path. Counterpart: qr_modules in pwa/services/joining.py. */

/** Modules of white around the code; readers need 4 (ISO/IEC 18004). */
export const QUIET_ZONE = 4;

/** The side of the whole picture, in modules. */
export const qrSide = (rows: readonly string[]): number => rows.length + 2 * QUIET_ZONE;

/** One rectangle for each run of dark modules: neighbours in a run leave no seam when scaled. */
export function qrPath(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => rectangle(run.index, y, run[0].length)))
    .join("");
}

const rectangle = (x: number, y: number, width: number): string =>
  `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h${width}v1h-${width}z`;
