// @ts-check

/** @typedef {Record<string, string>} ThemeParams */

/**
 * The colours that the real clients hand to Mini Apps in their default themes.
 * @type {Record<string, Record<'light' | 'dark', ThemeParams>>}
 */
const THEMES = {
  ios: {
    light: theme(
      '#ffffff #000000 #8e8e93 #007aff #007aff #ffffff #efeff4 #f8f8f8 #f2f2f2 #007aff #ffffff #6d6d72 #c8c7cc #8e8e93 #ff3b30',
    ),
    dark: theme(
      '#000000 #ffffff #98989e #3e88f7 #3e88f7 #ffffff #1c1c1d #1a1a1a #1d1d1d #3e88f7 #2c2c2e #8d8e93 #545458 #98989e #eb5545',
    ),
  },
  android: {
    light: theme(
      '#ffffff #222222 #a8a8a8 #2678b6 #50a8eb #ffffff #f0f0f0 #527da3 #f0f0f0 #1c93e3 #ffffff #3a95d5 #d9d9d9 #82868a #cc2929',
    ),
    dark: theme(
      '#1d2733 #ffffff #7b8790 #5eabe1 #50a8eb #ffffff #151e27 #242d39 #151e27 #64b5ef #1d2733 #79c4fc #0d1218 #7b8790 #ee686f',
    ),
  },
  tdesktop: {
    light: theme(
      '#ffffff #000000 #999999 #168acd #40a7e3 #ffffff #f1f1f1 #ffffff #ffffff #168acd #ffffff #168acd #e7e7e7 #999999 #d14e4e',
    ),
    dark: theme(
      '#17212b #f5f5f5 #708499 #6ab3f3 #5288c1 #ffffff #232e3c #17212b #17212b #6ab2f2 #17212b #6ab3f3 #111921 #708499 #ec3942',
    ),
  },
  weba: {
    light: theme(
      '#ffffff #000000 #707579 #3390ec #3390ec #ffffff #f4f4f5 #ffffff #ffffff #3390ec #ffffff #707579 #dadce0 #707579 #e53935',
    ),
    dark: theme(
      '#212121 #ffffff #aaaaaa #8774e1 #8774e1 #ffffff #0f0f0f #212121 #212121 #8774e1 #212121 #aaaaaa #303030 #aaaaaa #ff595a',
    ),
  },
};

/** @param {string} colours in the order of `names` */
function theme(colours) {
  const names = [
    'bg_color',
    'text_color',
    'hint_color',
    'link_color',
    'button_color',
    'button_text_color',
    'secondary_bg_color',
    'header_bg_color',
    'bottom_bar_bg_color',
    'accent_text_color',
    'section_bg_color',
    'section_header_text_color',
    'section_separator_color',
    'subtitle_text_color',
    'destructive_text_color',
  ];
  const values = colours.split(' ');
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/**
 * @param {string} platform
 * @param {'light' | 'dark'} scheme
 */
export function themeParams(platform, scheme) {
  return (THEMES[platform] ?? THEMES['ios'])?.[scheme] ?? {};
}
