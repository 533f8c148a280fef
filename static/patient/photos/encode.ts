/** Makes a photo small and bare: at most 1600 px, a JPEG drawn anew, so nothing that the camera wrote into it is left. */

export const LONGEST = 1600;
export const MOST_BYTES = 12 * 1024 * 1024; // what the server takes
const QUALITY = 0.82;
const HEIC = /^image\/hei[cf]$/;

export interface Encoded {
  type: string;
  bytes: ArrayBuffer;
}

export class Unusable extends Error {}

/** Raises Unusable. What this browser cannot draw and the server can (HEIC) goes as it is. */
export async function encodeFile(file: Blob): Promise<Encoded> {
  const drawn = await createImageBitmap(file).catch(() => null);
  if (drawn) return encode(drawn, drawn.width, drawn.height);
  if (!HEIC.test(file.type) || file.size > MOST_BYTES) throw new Unusable();
  return { type: file.type, bytes: await file.arrayBuffer() };
}

/** How large a picture becomes, in whole pixels. */
export function fitted(width: number, height: number): [width: number, height: number] {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

export async function encode(picture: CanvasImageSource, width: number, height: number): Promise<Encoded> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fitted(width, height);
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (blob?.type !== "image/jpeg") throw new Unusable();
  return { type: blob.type, bytes: await blob.arrayBuffer() };
}

/** How light a picture is, 0 to 255: enough to say "it is dark here". Nothing else is looked at. */
export function lightOf(picture: CanvasImageSource): number {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 16;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(picture, 0, 0, 16, 16);
  const { data } = context.getImageData(0, 0, 16, 16);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += (data[at]! + data[at + 1]! + data[at + 2]!) / 3;
  return sum / (data.length / 4);
}
