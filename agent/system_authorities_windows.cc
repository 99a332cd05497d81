// clang-format off
#include <windows.h>
#include <wincrypt.h>
// clang-format on
// wincrypt.h defines these as macros, OpenSSL as types.
#undef X509_NAME
#undef X509_EXTENSIONS
#undef PKCS7_SIGNER_INFO
#undef OCSP_REQUEST
#undef OCSP_RESPONSE
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "agent/system_authorities.h"

namespace postern {

// A service's ROOT store includes the machine's (and what group policies put there).
void trustSystemAuthorities(ssl_ctx_st* context) {
  const HCERTSTORE system = CertOpenSystemStoreA(0, "ROOT");
  if (system == nullptr) return;
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  const CERT_CONTEXT* entry = nullptr;
  while ((entry = CertEnumCertificatesInStore(system, entry)) != nullptr) {
    const unsigned char* bytes = entry->pbCertEncoded;
    X509* certificate = d2i_X509(nullptr, &bytes, static_cast<long>(entry->cbCertEncoded));
    if (certificate == nullptr) continue;
    X509_STORE_add_cert(store, certificate);
    X509_free(certificate);
  }
  CertCloseStore(system, 0);
}

}  // namespace postern
