// What every page has: menus, theme, keyboard, times, live parts, selecting rows.
import { startKeyboard } from "./keyboard.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startSelecting } from "./select.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./times.js";

startMenus();
startTheme();
startTimes();
startLive();
startSelecting();
startKeyboard();
