// Makes or uses a passkey for a form that carries what the browser must be asked. Without this file, or in a browser without
// passkeys, the form stays hidden and the code of the phone is asked for as ever.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));

async function make(options) {
  const made = await navigator.credentials.create({ publicKey: { ...options, challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: named(options.excludeCredentials) } });
  const r = made.response;
  return { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports ? r.getTransports() : [], of: made };
}

async function use(options) {
  const used = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) } });
  const r = used.response;
  return { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature),
    userHandle: r.userHandle ? text(r.userHandle) : undefined, of: used };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.response.value) return; // it has its answer and goes
    event.preventDefault();
    const trouble = form.querySelector(".trouble");
    trouble.hidden = true;
    try {
      const { of, ...response } = await (form.dataset.passkey === "make" ? make : use)(JSON.parse(form.dataset.options));
      form.elements.response.value = JSON.stringify({ id: of.id, rawId: text(of.rawId), type: of.type,
        authenticatorAttachment: of.authenticatorAttachment || undefined, clientExtensionResults: {}, response });
      form.requestSubmit();
    } catch {
      trouble.hidden = false; // the person has turned away, or the key does not answer
    }
  });
}
