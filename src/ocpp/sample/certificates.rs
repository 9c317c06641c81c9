//! The certificate and the signing request of examples. Both are real, so that a peer which reads them finds nothing to complain about;
//! the private keys that belonged to them no longer exist, so nothing can be signed in their name.

/// A self-signed root certificate on the curve P-256, valid from 2020 to 2120.
pub(crate) const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBlTCCATygAwIBAgIQUm5fPGwuF+XUJMS7fcmydTAKBggqhkjOPQQDAjAqMREw\n\
DwYDVQQKDAhvY3BwLXR1aTEVMBMGA1UEAwwMRXhhbXBsZSByb290MCAXDTIwMDEw\n\
MTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAqMREwDwYDVQQKDAhvY3BwLXR1aTEV\n\
MBMGA1UEAwwMRXhhbXBsZSByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n\
ombOLA95sfxFMu4cMD8lu8YvS2kN+wvjg4bNpZpohe/rMRCt1TLtJpVUrpQZrYPZ\n\
SrKbh0M9kN2QtlsdmSDAR6NCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8E\n\
BAMCAQYwHQYDVR0OBBYEFCew8r8t7Ph1tPSaj/70hShAka4rMAoGCCqGSM49BAMC\n\
A0cAMEQCIACvy1kBanykbMvQ8lc90lqOJRgvHunvS1fVwnhHWOQIAiAsjtjTwzC2\n\
QLBg6FKmmJYHytMBlXWKEx6hwxBDH7dGcQ==\n\
-----END CERTIFICATE-----\n";

/// The hash data of [`CERTIFICATE`] with SHA-256: of the issuer's name, of the issuer's key, and the serial number.
pub(crate) const HASH_DATA: [&str; 3] = [
    "946832cab39c76cc20f1575c84a0bf52626c462e9762b1a88668bec1f762181d",
    "ff4e505e74e560518edf095f4dc543ce308f2faeb0ae2926b3d4fc4a40d742c7",
    "526e5f3c6c2e17e5d424c4bb7dc9b275",
];

/// A request for a certificate of a charge point with the serial number `SIM-0001` (PKCS #10).
pub(crate) const SIGNING_REQUEST: &str = "\
-----BEGIN CERTIFICATE REQUEST-----\n\
MIHhMIGIAgEAMCYxETAPBgNVBAoMCG9jcHAtdHVpMREwDwYDVQQDDAhTSU0tMDAw\n\
MTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMlFfRhb/JH+KqPcmCkDo6S/es0W\n\
A/tljwTsXwBe8FlVH4SoPy5DtkQr6SWR872SLN59HBAQ4cHj+Xru49VFohWgADAK\n\
BggqhkjOPQQDAgNIADBFAiEA0934i0MRU9lI1k2nrQLnf7gR+z108dliVYuvkAnb\n\
LkUCIDqPwHrNhvAVUUZ5U4hRao8ulYu9Rc+iCuXGwT9bIcGq\n\
-----END CERTIFICATE REQUEST-----\n";

/// A signature of some firmware, in Base64.
pub(super) const SIGNATURE: &str =
    "MEYCIQDZg2QcmWt8i3GbEDQV8rRTNYzOAGvxhLF2zgVpWsgjxAIhAJP91AmIH7hDm5RzbRGZTVUq5PrnA5FHoX21uww4p4/z";
