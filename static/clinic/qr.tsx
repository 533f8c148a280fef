/** A QR code: dark on white in every colour scheme, since cameras read no other reliably. */

import { qrPath, qrSide } from "./qr_path";

export function QrCode({ rows, label }: { rows: readonly string[]; label: string }) {
  const side = qrSide(rows);
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={qrPath(rows)} fill="#000" />
    </svg>
  );
}
