/** Words of the help page. */

import { catalogue } from "../strings";

export const helpWords = catalogue({
  en: {
    parts: [
      ["If something feels wrong", "Call your clinic. If it is closed, call the out-of-hours number. In danger, call the emergency number."],
      ["Who reads my entries", "Your clinic can read them. Nobody watches them live, so call if you are worried."],
      ["Without a connection", "Your plan is on this phone. What you tap is saved here and sent later."],
      ["If no reminder comes", "Open Settings and send a test. Check silent mode and the permission for notifications."],
      ["What others can see", "The lock screen shows only that there is a reminder. You can change this in Settings."],
      ["A new phone", "Ask your clinic for a new link or code. The old phone keeps its plan until you leave there, in Settings."],
    ] as [string, string][],
    to_settings: "Open Settings",
  },
});
