"""Whom a client trusts: an API whose certificate nobody vouches for is not shown the token."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sluice.errors import DataError
from tests.integration.remote.reading import PATH, declared, rows_of
from tests.kit.api_server import ApiServer, running, saying


def self_signed(folder: Path) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    made = folder / "both.pem"
    made.write_bytes(
        key.private_bytes(encoding, form, serialization.NoEncryption()) + certificate.public_bytes(encoding)
    )
    return made


def test_an_unknown_authority_is_refused_unless_the_environment_names_it(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    both = self_signed(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(both)
    with running(tls) as server:
        server.answers(PATH, saying([{"id": 1}]))
        monkeypatch.setenv("SHOP_URL", server.url)
        with pytest.raises(DataError, match="certificate is not valid") as caught:
            rows_of(declared())
        assert caught.value.code == "bad_certificate"
        assert server.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(both))
        assert rows_of(declared()) == [{"id": 1}]
