/**
 * A photo made small before it is sent.
 * @module
 */

/** Pixels of the longer side. */
const SIDE = 1280;
/** How many characters it may have: it waits in the queue as text, and browsers keep a few million. */
const MOST = 700_000;
const QUALITIES = [0.85, 0.7, 0.5, 0.3];

/**
 * A file as a small JPEG, upright, without what the camera wrote about place and time.
 * @param {Blob} file
 * @returns {Promise<string>} "data:image/jpeg;base64,…"
 * @throws {Error} where it is no picture that this browser can read
 */
export async function asPhoto(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // behind what lets something through
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  let photo = "";
  for (const quality of QUALITIES) {
    photo = canvas.toDataURL("image/jpeg", quality);
    if (photo.length <= MOST) break;
  }
  return photo;
}

/**
 * The bytes of such a photo, to be posted.
 * @param {string} photo "data:image/jpeg;base64,…"
 * @returns {Blob}
 */
export function bytesOf(photo) {
  const bytes = Uint8Array.from(atob(photo.slice(photo.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/jpeg" });
}
