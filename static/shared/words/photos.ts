/** Words around photos. */

import { catalogue } from "../strings";

export type Slot = "front" | "left" | "right" | "spot";

export const photoWords = catalogue({
  en: {
    add: "Add a photo",
    why: "It goes to your clinic only. No computer judges it.",
    which: "Which side?",
    slots: { front: "From the front", left: "From the left", right: "From the right", spot: "One spot" } as Record<Slot, string>,
    poses: {
      front: "Look straight ahead.",
      left: "Turn your left cheek to the camera.",
      right: "Turn your right cheek to the camera.",
      spot: "Hold the camera a hand away from the spot.",
    } as Record<Slot, string>,
    how: "Clean skin, same light, same distance.",
    ghost: "The pale picture is your last photo. Match it.",
    dark: "It is dark here. Turn to a window or a lamp.",
    shoot: "Take the photo",
    use: "Use this photo",
    again: "Take it again",
    cancel: "No photo",
    from_phone: "Choose a photo from this phone",
    no_camera: "The camera cannot be used here. Choose a photo instead.",
    unusable: "This picture cannot be used. Take another one.",
    taken: (slot: string) => `${slot}: ready`,
    remove: "Take it out",
    full: "Three photos are the most.",
    title: "Photos",
    none: "No photos yet.",
    offline: "Photos are shown when you are online.",
    left_side: "Earlier",
    right_side: "Later",
    alt: (slot: string, date: string) => `${slot}, ${date}`,
    waiting: (count: number) => `${count} ${count === 1 ? "photo waits" : "photos wait"} on this phone to be sent.`,
    refused: "A photo was not accepted. It stays on this phone.",
    delete: "Delete",
    sure: "Delete this photo for good?",
    sure_own: "Delete this photo for good? Your clinic loses it too.",
    keep: "Keep it",
    not_deleted: "The server could not be reached. The photo is still there.",
  },
});
