/** All that the first screen can do without, in one file that is loaded after it. Of many orders this one packs smallest. */

export { JoinScreen } from "./join/join";
export { SettingsScreen } from "./settings/settings";
export { Nothing } from "./join/nothing";
export { CoolingTimer } from "./today/cooling";
export { Closing, PastWindow } from "./today/closing";
export { HelpScreen } from "./help/help";
export { sendPhotos } from "./photos/send";
export { PlanScreen } from "./plan/plan";
export { Below } from "./today/below";
export { checkSubscription } from "./push";
export { Standing } from "./today/standing";
export { CheckInScreen } from "./check_in/check_in";
export { Questions } from "./today/questions";
export { ProgressScreen } from "./progress/progress";
