// Asking the server something about the form as it stands.

export class LoggedOut extends Error {}

// Someone who logged in again in another tab has a new token there.
async function renewToken(form) {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(withoutInlineStyles(await answer.text()), "text/html");
  const token = page.querySelector("#bulletin_form [name=csrfmiddlewaretoken]");
  if (!token) throw new LoggedOut();
  form.elements.csrfmiddlewaretoken.value = token.value;
}

const withoutInlineStyles = (html) => html.replace(/\sstyle\s*=/gi, " data-style=");

export async function post(url, form, { signal, again = true } = {}) {
  const answer = await fetch(url, {
    method: "POST",
    body: new FormData(form),
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    signal,
  });
  if (answer.status === 403 && again) {
    await renewToken(form);
    return post(url, form, { signal, again: false });
  }
  if (answer.redirected) throw new LoggedOut();
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}
