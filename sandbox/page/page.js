// @ts-check
import { openTelegramLink, startChat } from './chat-view.js';
import { byId } from './dom.js';
import { reopenMiniApp, sendTheme, startMiniAppHost } from './mini-app.js';
import { callSandbox } from './sandbox-api.js';
import { onSettings, settings } from './settings.js';
import { translatePage } from './strings.js';
import { themeParams } from './themes.js';
import { startTools } from './tools.js';

function applyLook() {
  const root = document.documentElement;
  root.dataset['theme'] = settings.theme;
  root.dataset['platform'] = settings.platform;
  for (const [name, colour] of Object.entries(themeParams(settings.platform, settings.theme))) {
    root.style.setProperty(`--tg-${name.replaceAll('_', '-')}`, colour);
  }
}

function showTime() {
  byId('clock').textContent = new Intl.DateTimeFormat(settings.language, {
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format();
}

onSettings(async (changed) => {
  applyLook();
  translatePage();
  showTime();
  if (changed.theme !== undefined) sendTheme();
  if (changed.language !== undefined) {
    await callSandbox('set', { telegram: { user: { id: settings.userId, language: settings.language } } });
  }
  // Both are told to a Mini App once, when it opens.
  if (changed.language !== undefined || changed.platform !== undefined) await reopenMiniApp();
});

applyLook();
translatePage();
showTime();
setInterval(showTime, 10_000);
startMiniAppHost(openTelegramLink);
startChat();
startTools();
