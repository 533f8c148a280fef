/** What a phone needs only now and then, in one file: joining, settings, reminders, and the screen without a plan. */

export { JoinScreen } from "./join/join";
export { Nothing } from "./join/nothing";
export { sendPhotos } from "./photos/send";
export { checkSubscription } from "./push";
export { SettingsScreen } from "./settings/settings";
