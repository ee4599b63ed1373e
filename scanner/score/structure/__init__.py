"""What a credential's own structure proves: checksums, decodable payloads, parsable documents.

Algorithms are named by what they compute; patterns ask for them by name in `structure`. `check` answers for
any input and never raises; `seal` and `MAKERS` turn the same knowledge round, so that samples need not be stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.score.structure import (
    checksums,
    documents,
    encoded,
    encodings,
    keymakers,
    keys,
    marvin32,
    payloads,
    tokens,
    values,
)
from scanner.score.structure.evidence import Evidence

if TYPE_CHECKING:
    import random

__all__ = ["MAKERS", "SEALED", "Evidence", "Seal", "check", "names", "seal"]

Check = Callable[[bytes, bytes], list[Evidence]]
Maker = Callable[["random.Random"], str]
Seal = Callable[[str], str]

_CHECKS: dict[str, Check] = {
    "crc32-base62": checksums.base62,
    "crc32-hex-body": checksums.hex_body,
    "crc32-upper-hex-all": checksums.upper_hex_all,
    "crc32-base36": checksums.base36,
    "crc32-base32-xor": checksums.base32_xor,
    "crc32-little-hex": checksums.little_hex,
    "crc32-middle-hex": checksums.middle_hex,
    "crc32-base62-last": checksums.last_base62,
    "crc32-little-base64": checksums.little_base64,
    "bech32": encodings.bech32,
    "base32-crc16": encodings.nkey,
    "secp256k1-number": encodings.curve_number,
    "bip39-words": encodings.seed_phrase,
    "marvin32-his": marvin32.his,
    "marvin32-cask": marvin32.cask,
    "marvin32-base66": marvin32.base66,
    "jwt": tokens.jwt,
    "jwt-if-any": tokens.named_jwt,
    "macaroon": tokens.macaroon,
    "base64-numeric-id": tokens.numeric_id,
    "base32-account": tokens.account_id,
    "der-key": keys.der_key,
    "openssh-key": keys.openssh,
    "putty-key": keys.putty,
    "armour-crc24": keys.armour_sum,
    "service-account-json": documents.service_account,
    "authorized-user-json": documents.authorized_user,
    "kubernetes-secret": documents.kubernetes_secret,
    "grafana-cloud-json": payloads.grafana_cloud,
    "grafana-key-json": payloads.grafana_key,
    "sentry-json": payloads.sentry,
    "mapbox-json": payloads.mapbox,
    "onepassword-json": payloads.onepassword,
    "msgpack-macaroon": encoded.fly_macaroon,
    "base64-digits-bytes": encoded.digits_and_bytes,
    "base64-id-key": encoded.id_and_key,
    "base64-cloud-id-key": encoded.cloud_id_and_key,
    "base64-uuid": encoded.plain_uuid,
    "base64-id-uuid": encoded.ngc,
    "base64-uuid-key": encoded.uuid_and_key,
    "base64-key-id": encoded.key_id,
    "base64-token-uuid": encoded.workspace,
    "base64-reference-token": encoded.reference_token,
    "base64-bedrock-user": encoded.bedrock_user,
    "base64-signed-url": encoded.bedrock_url,
    "base64-armour": encoded.key_file,
    "base64-der-key": encoded.bare_key,
    "base64-der-key-last": encoded.last_field_key,
    "base64-whole-bytes": encoded.whole_bytes,
    "base64-password": values.encoded_password,
    "base64-user-password": values.user_and_password,
    "base64-32-bytes": values.thirty_two_bytes,
    "uri-password": values.uri_password,
    "pair-password": values.pair_password,
    "signed-query": values.signed_query,
    "not-hex": values.not_hex,
    "mixed-case": values.mixed,
}

_SEALS: dict[str, Seal] = {
    "crc32-base62": checksums.base62_sum,
    "crc32-hex-body": checksums.hex_body_sum,
    "crc32-upper-hex-all": checksums.upper_hex_all_sum,
    "crc32-base36": checksums.base36_sum,
    "crc32-little-hex": checksums.little_hex_sum,
    "crc32-middle-hex": checksums.middle_hex_sum,
    "crc32-base62-last": checksums.last_base62_sum,
    "crc32-little-base64": checksums.little_base64_sum,
    "bech32": encodings.bech32_sum,
    "marvin32-his": marvin32.his_sum,
    "marvin32-cask": marvin32.cask_sum,
    "marvin32-base66": marvin32.base66_sum,
}

SEALED = frozenset(_SEALS)
"""Structures whose checksum stands at the end, so that `seal` can write it."""

MAKERS: dict[str, Maker] = {
    "uuid": encoded.drawn_uuid,
    "jwt": tokens.make_jwt,
    "jwt-header": tokens.make_jwt_header,
    "jwt-tail": tokens.make_jwt_tail,
    "quoted-name": tokens.make_quoted_name,
    "macaroon-rest": tokens.make_macaroon_rest,
    "numeric-id": tokens.make_numeric_id,
    "account": tokens.make_account_letters,
    "routing": checksums.make_routing,
    "crc32-base32-xor": checksums.make_base32_xor,
    "bech32-bytes": encodings.make_bech32_bytes,
    "nkey": encodings.make_nkey,
    "bip39-words": encodings.make_seed_phrase,
    "grafana-cloud": payloads.make_grafana_cloud,
    "grafana-key": payloads.make_grafana_key,
    "sentry": payloads.make_sentry,
    "mapbox": payloads.make_mapbox,
    "onepassword": payloads.make_onepassword,
    "fly-macaroon": encoded.make_fly_macaroon,
    "digits-bytes": encoded.make_digits_and_bytes,
    "id-key": encoded.make_id_and_key,
    "cloud-id-key": encoded.make_cloud_id_and_key,
    "base64-uuid": encoded.make_uuid,
    "id-uuid": encoded.make_ngc,
    "uuid-key": encoded.make_uuid_and_key,
    "key-id": encoded.make_key_id,
    "token-uuid": encoded.make_workspace,
    "reference-token": encoded.make_reference_token,
    "bedrock-user": encoded.make_bedrock_user,
    "bedrock-url": encoded.make_bedrock_url,
    "base64-pem-rsa": encoded.make_pem_rsa,
    "base64-pem-ec": encoded.make_pem_ec,
    "der-rsa": encoded.make_bare_rsa,
    "der-ec": encoded.make_bare_ec,
    "der-pkcs8": encoded.make_bare_pkcs8,
    "der-ed25519": encoded.make_bare_ed25519,
    "bytes-32": encoded.make_bytes_32,
    "bytes-64": encoded.make_bytes_64,
    "base64-password": values.make_encoded_password,
    "pem-rsa": keymakers.pem_rsa,
    "pem-ec": keymakers.pem_ec,
    "pem-dsa": keymakers.pem_dsa,
    "pem-pkcs8": keymakers.pem_pkcs8,
    "pem-pkcs8-escaped": keymakers.pem_pkcs8_escaped,
    "pem-encrypted": keymakers.pem_encrypted,
    "openssh": keymakers.openssh,
    "putty": keymakers.putty,
    "pgp": keymakers.pgp,
    "ssh2": keymakers.ssh2_encrypted,
    "service-account": documents.make_service_account,
    "authorized-user": documents.make_authorized_user,
    "docker-auths": documents.make_registry_auths,
    "k8s-secret": documents.make_kubernetes_secret,
    "basic": values.make_basic,
    "dummy-login": values.make_dummy_login,
    "dummy-value": values.make_dummy_value,
    "future-day": values.make_future_day,
}
"""Fields of `shape` that an alphabet cannot express."""


def check(name: str, secret: bytes, whole: bytes) -> list[Evidence]:
    """What the structure called `name` says of `secret`, which stands in the match `whole`.

    Never raises: for an unknown name and for input it cannot read the answer is empty.
    """
    test = _CHECKS.get(name)
    if test is None:
        return []
    try:
        return test(secret, whole)
    except (ValueError, IndexError, OverflowError, RecursionError):
        return []


def seal(name: str) -> Seal:
    """What computes the checksum of the text so far, for `{sum}` in shapes.

    Raises ValueError, when called, for a structure whose checksum does not stand at the end.
    """
    return _SEALS.get(name, _unsealed)


def _unsealed(_text: str) -> str:
    raise ValueError("{sum}: this structure has no checksum at its end")


def names() -> frozenset[str]:
    """Every structure a pattern may ask for."""
    return frozenset(_CHECKS)
