// What the page tells its scripts: addresses, limits and words in the reader's language.
export const settings = JSON.parse(document.getElementById("compose-settings").textContent);

// A sentence of ours with its {places} filled in.
export function words(name, values = {}) {
  return settings.words[name].replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
}

export const number = (value) =>
  new Intl.NumberFormat(document.documentElement.lang || undefined).format(value);
