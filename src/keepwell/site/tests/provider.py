"""A small real OpenID Connect provider on a port of its own: discovery, authorize, token, keys, who it is."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


class Provider:
    """Signs in whoever `person` says: the claims of a person. Codes work once, and only with their proof (PKCE)."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}  # what a token says otherwise than it should
        self.metadata: dict[str, Any] = {}  # and what it says of itself
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, path: str, asked: dict[str, str], token: str) -> tuple[int, Any]:
        at = self.issuer
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
                "userinfo_endpoint": f"{at}/who", "jwks_uri": f"{at}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"], **self.metadata,
            }  # fmt: skip
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]}
        if path == "/authorize":
            code = secrets.token_urlsafe()
            self.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            return 302, f"{asked['redirect_uri']}?{back}"
        if path == "/who" and token == "Bearer access":
            return 200, self.person
        return 404, {}

    def token(self, said: dict[str, str]) -> tuple[int, Any]:
        asked = self.codes.pop(said.get("code", ""), None)
        proof = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        told = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if asked is None or said.get("client_secret") != "quiet" or asked.get("code_challenge") != told:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": asked["client_id"], "iat": now, "exp": now + 60, **self.person}
        claims |= {"nonce": asked.get("nonce"), **self.claims}
        signed = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": signed, "expires_in": 60}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                at = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(at.query).items()}
                self._answer(*provider.get(at.path, asked, self.headers.get("Authorization", "")))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(*provider.token({n: v[0] for n, v in parse_qs(body).items()}))

            def _answer(self, status: int, what: Any) -> None:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", what)
                    self.end_headers()
                    return
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(what).encode())

            def log_message(self, *_said: Any) -> None:
                """Quiet."""

        return Handler
