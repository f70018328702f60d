/**
 * A real OpenID Connect provider for tests, on a free loopback port, which it prints.
 *
 * People are told on the command line as JSON: {"redirect": …, "people": {login: claims}}.
 */
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { redirect, people } = JSON.parse(process.argv[2]);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on("request", provider(issuer).callback());
  console.log(issuer);
});
process.stdin.on("end", () => process.exit()).resume(); // whoever started this one is gone

function provider(issuer) {
  const made = new Provider(issuer, {
    clients: [
      {
        client_id: "dialog digital",
        client_secret: "geheim: 1+1=2",
        redirect_uris: [redirect],
        grant_types: ["authorization_code"],
      },
    ],
    claims: { email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    scopes: ["openid", "email", "profile", "groups"],
    cookies: { keys: ["only for tests"] },
    features: { devInteractions: { enabled: false } },
    pkce: { methods: ["S256"], required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people[id] }),
    }),
  });
  made.use(async (context, next) => {
    if (!context.path.startsWith("/interaction/")) await next();
    else if (context.method === "GET") ask(context);
    else await finish(made, context);
  });
  return made;
}

function ask(context) {
  context.type = "html";
  context.body = `<!doctype html><html lang="de"><title>Dienstkonto</title>
    <link rel="icon" href="data:,"><main><h1>Dienstkonto</h1>
    <form method="post"><label>Kennung <input name="login"></label>
    <button name="do" value="login">Anmelden</button>
    <button name="do" value="abort">Abbrechen</button></form></main></html>`;
}

async function finish(made, context) {
  let body = "";
  for await (const part of context.req) body += part;
  const form = new URLSearchParams(body);
  const { params } = await made.interactionDetails(context.req, context.res);
  context.respond = false;
  if (form.get("do") === "abort") {
    const said = { error: "access_denied", error_description: "<script>alert(1)</script>" };
    await made.interactionFinished(context.req, context.res, said);
    return;
  }
  const accountId = form.get("login");
  const grant = new made.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  await made.interactionFinished(context.req, context.res, { login: { accountId }, consent });
}
