// The page's own part: authorization, faults, state and received requests. The viewer in the middle
// is Swagger UI.

const control = "/_sandbox/";
const byID = (id) => document.getElementById(id);

// One button each; the fault is what POST /_sandbox/faults takes.
const faults = [
  ["503", "The response is 503", { fault: "status", status: 503 }],
  ["429", "The response is 429 with Retry-After: 2", { fault: "retryAfter", seconds: 2 }],
  ["Lost response", "The request is processed, then the connection ends", { fault: "cut", at: "beforeResponse", processed: true }],
  ["Cut", "The connection ends within the body of the response", { fault: "cut", at: "inBody" }],
  ["Slow", "The response takes 3 seconds", { fault: "delay", seconds: 3 }],
  ["Revoked tokens", "All issued tokens are revoked", { fault: "revokedToken" }],
  ["Expired ID token", "The ID token expires", { fault: "expiredIDToken" }],
  ["Blocked account", "Tokens are revoked, and logins are refused", { fault: "blockedAccount" }],
];

// send calls the control API and returns its JSON. An error has the detail of the response.
async function send(method, path, body) {
  const response = await fetch(control + path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const value = text === "" ? null : JSON.parse(text);
  if (!response.ok) {
    const errors = (value?.errors ?? []).map((error) => error.detail);
    throw new Error([value?.detail ?? `${method} ${control}${path}: ${response.status}`, ...errors].join(" "));
  }
  return value;
}

function notify(text, failed = false) {
  const notice = byID("notice");
  notice.textContent = text;
  notice.classList.toggle("failed", failed);
}

// onClick runs an action of the user, and shows its error.
function onClick(button, action) {
  button.addEventListener("click", async () => {
    try {
      notify(await action());
      await refresh();
    } catch (error) {
      notify(error.message, true);
    }
  });
}

function element(name, properties = {}, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

// Viewer

let tokens;

async function authorize() {
  tokens = await send("POST", "tokens");
  byID("authorize").textContent = "Authorized";
  return "Authorized: calls from this page carry both tokens.";
}

function addTokens(request) {
  if (tokens) {
    request.headers.Authorization = "Bearer " + tokens.access_token;
    request.headers["x-id-token"] = tokens.id_token;
  }
  return request;
}

function noticeUnauthorized(response) {
  if (response.status === 401) {
    byID("authorize").textContent = "Authorize";
    notify(tokens ? "401: the tokens are no longer valid. Authorize again." : "401: the call had no tokens. Authorize first.", true);
    tokens = undefined;
  }
  return response;
}

// improveViewer makes long code scroll with the keyboard, labels the field for a body, and colors
// short code only: coloring a list of a thousand lines takes the browser seconds.
const maxColored = 10000; // characters
const improveViewer = (system) => {
  const { createElement } = system.React;
  return {
    wrapComponents: {
      SyntaxHighlighter: (Highlighter) => (props) => {
        const plain = String(props.children).length > maxColored;
        return createElement(
          "div",
          { className: "code", tabIndex: 0, role: "group", "aria-label": props.language ?? "text" },
          plain ? createElement("pre", { className: "microlight" }, props.children) : createElement(Highlighter, props),
        );
      },
      TextArea: (Field) => (props) => createElement(Field, { "aria-label": "Request body", ...props }),
      // The tokens in the command are long.
      curl: (Curl) => (props) =>
        createElement("details", { className: "fold" }, createElement("summary", null, "curl command"), createElement(Curl, props)),
    },
  };
};

// showSpec shows the served spec. The page's own button replaces the security schemes, and calls go
// to the address that the browser uses for the page.
async function showSpec(organization) {
  const spec = await (await fetch("/swagger/v1/swagger.json")).json();
  spec.servers = [{ url: location.origin }];
  delete spec.security;
  delete spec.components?.securitySchemes;
  let operations = 0;
  const parameters = Object.values(spec.components?.parameters ?? {});
  for (const item of Object.values(spec.paths)) {
    parameters.push(...(item.parameters ?? []));
    for (const operation of Object.values(item)) {
      if (!operation.responses) continue;
      operations++;
      delete operation.security;
      parameters.push(...(operation.parameters ?? []));
    }
  }
  for (const parameter of parameters) {
    if (organization && parameter.in === "path" && parameter.name === "organizationName") parameter.example = organization;
  }
  SwaggerUIBundle({
    dom_id: "#viewer",
    spec,
    docExpansion: operations > 40 ? "none" : "list",
    filter: operations > 40,
    defaultModelsExpandDepth: operations > 40 ? -1 : 0,
    showExtensions: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    syntaxHighlight: { theme: "obsidian" },
    plugins: [improveViewer],
    requestInterceptor: addTokens,
    responseInterceptor: noticeUnauthorized,
  });
}

// Faults

function describe(fault) {
  const parts = [fault.fault === "status" ? `status ${fault.status}` : fault.fault];
  for (const [name, value] of Object.entries(fault)) {
    if (["fault", "status", "operation", "left", "times", "always"].includes(name)) continue;
    parts.push(value === true ? name : `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  }
  return parts.join(", ");
}

function showFaults(list) {
  const items = list.map((entry) =>
    element("li", {}, element("code", { textContent: entry.operation }), ` ${describe(entry)}: ${entry.always ? "always" : entry.left + " left"}`),
  );
  byID("fault-list").replaceChildren(...(items.length ? items : [element("li", { textContent: "none" })]));
  byID("fault-clear").disabled = list.length === 0;
}

function addFaultButtons() {
  for (const [name, title, fault] of faults) {
    const button = element("button", { type: "button", textContent: name, title });
    button.dataset.name = name;
    onClick(button, async () => {
      const select = byID("fault-operation");
      const times = byID("fault-times").value;
      const repeat = times === "always" ? { always: true } : { times: Number(times) };
      await send("POST", "faults", { operation: select.value, faults: [{ ...fault, ...repeat }] });
      return `${title}, for ${byID("fault-times").selectedOptions[0].text} of ${select.selectedOptions[0].text}.`;
    });
    byID("fault-buttons").append(button);
  }
}

// Requests

const shownRequests = 200;
const shownBody = 20000; // characters
const entries = new Map(); // number -> element in the list
const unfinished = new Set(); // numbers
let last = { number: 0 }; // the newest request

function pretty(body) {
  try {
    body = JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // any other text is shown as it is
  }
  return body.length > shownBody ? body.slice(0, shownBody) + "\n…" : body;
}

function outcome(request) {
  if (!request.ended) return "…";
  return request.status ? String(request.status) : "cut";
}

function showRequest(request) {
  const findings = request.findings ?? [];
  const status = outcome(request);
  const summary = element(
    "summary",
    {},
    element("span", { className: "number", textContent: request.number }),
    " ",
    element("b", { textContent: request.method }),
    " ",
    element("span", { className: "path", textContent: request.path }),
    " ",
    element("span", { className: "status", textContent: status }),
  );
  summary.lastChild.classList.toggle("failed", status === "cut" || Number(status) >= 400);
  if (request.fault) summary.append(" ", element("span", { className: "chip fault", textContent: "fault: " + describe(request.fault) }));
  if (findings.length) summary.append(" ", element("span", { className: "chip finding", textContent: findings.length === 1 ? "1 finding" : findings.length + " findings" }));

  const details = element("details", {}, summary);
  // Large bodies and headers are only laid out once somebody looks at them.
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(element("p", {}, request.operation || "no operation of the spec", ", ", new Date(request.time).toLocaleTimeString()));
    for (const finding of findings) {
      details.append(element("p", { className: "finding" }, [finding.location, finding.detail].filter(Boolean).join(": ")));
    }
    for (const [title, text] of [
      ["Query", lines(request.query)],
      ["Headers", lines(request.headers)],
      ["Body", pretty(request.body ?? "")],
    ]) {
      if (text) details.append(element("h3", { textContent: title }), element("pre", { textContent: text, tabIndex: 0 }));
    }
  });

  const shown = element("li", {}, details);
  const before = entries.get(request.number);
  if (before) {
    details.open = before.firstChild.open;
    before.replaceWith(shown);
  } else {
    byID("request-list").prepend(shown);
  }
  entries.set(request.number, shown);
  if (request.ended) unfinished.delete(request.number);
  else unfinished.add(request.number);
  if (request.number >= last.number) last = request;
  for (const number of entries.keys()) {
    if (entries.size <= shownRequests) break;
    entries.get(number).remove();
    entries.delete(number);
    unfinished.delete(number);
  }
  showHint();
}

function showHint() {
  byID("request-hint").hidden = entries.size > 0;
}

function lines(values) {
  return Object.entries(values ?? {})
    .flatMap(([name, list]) => [list].flat().map((value) => `${name}: ${value}`))
    .join("\n");
}

function forgetRequests() {
  entries.clear();
  unfinished.clear();
  last = { number: 0 };
  byID("request-list").replaceChildren();
  showHint();
}

// update shows what is new. Numbers start again after a reset by another program, which shows in
// the request that was the newest.
async function update() {
  const first = Math.min(last.number, ...unfinished);
  let { requests } = await send("GET", `requests?after=${Math.max(0, first - 1)}&limit=${shownRequests}`);
  if (last.number && requests.find((request) => request.number === last.number)?.time !== last.time) {
    forgetRequests();
    ({ requests } = await send("GET", `requests?limit=${shownRequests}`));
  }
  requests.forEach(showRequest);
  await refresh();
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// follow shows requests as they come, until the page is closed.
async function follow() {
  for (;;) {
    try {
      await update();
      online(true);
      if (unfinished.size) await pause(300);
      else await send("GET", `requests/wait?after=${last.number}&seconds=5`);
    } catch {
      online(false);
      await pause(2000);
    }
  }
}

let reachable = true;

function online(now) {
  if (now !== reachable) notify(now ? "The sandbox responds again." : "The sandbox does not respond. It may have been stopped.", !now);
  reachable = now;
}

// State

let blocked = [];

async function refresh() {
  const [status, faultList, logins] = await Promise.all([send("GET", "status"), send("GET", "faults"), send("GET", "logins")]);
  showFaults(faultList.faults);
  blocked = logins.blocked ?? [];
  byID("clock").textContent = new Date(status.clock.now).toLocaleString() + (status.clock.frozen ? ", frozen" : "");
  byID("logins").textContent = `${logins.logins} (${logins.tokenRequests} requests for tokens)` + (blocked.length ? `; blocked: ${blocked.join(", ")}` : "");
  byID("unblock").hidden = blocked.length === 0;
  byID("request-count").textContent = status.requests;
  return status;
}

function connectButtons() {
  onClick(byID("authorize"), authorize);
  onClick(byID("fault-clear"), async () => {
    await send("DELETE", "faults");
    return "No fault is waiting.";
  });
  onClick(byID("request-clear"), async () => {
    await send("DELETE", "requests");
    forgetRequests();
    return "The list of requests is empty.";
  });
  onClick(byID("unblock"), async () => {
    for (const username of blocked) await send("POST", "users/unblock", { username });
    return "Every user may log in.";
  });
  onClick(byID("reset"), async () => {
    await send("POST", "reset");
    forgetRequests();
    return "The sandbox is as it was at its start.";
  });
  for (const button of document.querySelectorAll("[data-advance]")) {
    onClick(button, async () => {
      const clock = await send("PATCH", "clock", { advanceSeconds: Number(button.dataset.advance) });
      return "The sandbox's clock shows " + new Date(clock.now).toLocaleString() + ".";
    });
  }
}

// The viewer knows dark only as a class of the document.
function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", apply);
  apply();
}

// The focus must not hide behind the header, whose height depends on the notice.
function followHeader() {
  const header = document.querySelector("header");
  const apply = () => document.documentElement.style.setProperty("--header", header.offsetHeight + "px");
  new ResizeObserver(apply).observe(header);
}

followTheme();
followHeader();
addFaultButtons();
connectButtons();
try {
  const status = await refresh();
  byID("title").textContent = status.spec.title + ", sandbox";
  document.title = byID("title").textContent;
  for (const operation of status.operations) {
    byID("fault-operation").append(element("option", { value: operation.id, textContent: operation.id }));
  }
  await showSpec(status.organizations?.[0]);
} catch (error) {
  notify(error.message, true);
}
follow();
