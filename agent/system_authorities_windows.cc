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
#include <openssl/x509v3.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "agent/system_authorities.h"
#include "agent/system_authorities_windows.h"

namespace postern {
namespace {

bool isDisallowed(void* disallowed, const CERT_CONTEXT* certificate) {
  if (disallowed == nullptr) return false;
  std::array<BYTE, 20> digest{};
  DWORD size = digest.size();
  if (::CertGetCertificateContextProperty(certificate, CERT_SHA1_HASH_PROP_ID, digest.data(), &size) == 0) return true;
  const CRYPT_HASH_BLOB hash{size, digest.data()};
  const CERT_CONTEXT* found =
      ::CertFindCertificateInStore(disallowed, X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH, &hash, nullptr);
  if (found != nullptr) ::CertFreeCertificateContext(found);
  return found != nullptr;
}

/// By its own extension and by what an administrator set for it ("Enable only the following purposes").
bool vouchesForServers(const CERT_CONTEXT* certificate) {
  constexpr auto kNothingSaid = static_cast<DWORD>(CRYPT_E_NOT_FOUND);  // then it is good for all
  DWORD size = 0;
  if (::CertGetEnhancedKeyUsage(certificate, 0, nullptr, &size) == 0) return ::GetLastError() == kNothingSaid;
  std::vector<CERT_ENHKEY_USAGE> memory(size / sizeof(CERT_ENHKEY_USAGE) + 1);
  if (::CertGetEnhancedKeyUsage(certificate, 0, memory.data(), &size) == 0) return false;
  const CERT_ENHKEY_USAGE& usage = memory.front();
  if (usage.cUsageIdentifier == 0) return ::GetLastError() == kNothingSaid;
  for (DWORD i = 0; i < usage.cUsageIdentifier; ++i) {
    const char* purpose = usage.rgpszUsageIdentifier[i];
    if (std::strcmp(purpose, szOID_PKIX_KP_SERVER_AUTH) == 0 || std::strcmp(purpose, "2.5.29.37.0") == 0) return true;
  }
  return false;
}

void add(X509_STORE* to, void* from, void* disallowed, bool areRoots) {
  if (from == nullptr) return;
  const CERT_CONTEXT* entry = nullptr;
  while ((entry = ::CertEnumCertificatesInStore(from, entry)) != nullptr) {
    if (isDisallowed(disallowed, entry) || !vouchesForServers(entry)) continue;
    const unsigned char* bytes = entry->pbCertEncoded;
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        d2i_X509(nullptr, &bytes, static_cast<long>(entry->cbCertEncoded)), &X509_free);
    // OpenSSL ends a chain only at what is signed by itself, so such a one among the intermediates would be trusted.
    if (!certificate || (!areRoots && (X509_get_extension_flags(certificate.get()) & EXFLAG_SI) != 0)) continue;
    X509_STORE_add_cert(to, certificate.get());
  }
}

}  // namespace

void trustStores(ssl_ctx_st* context, const CertificateStores& stores) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  add(store, stores.roots, stores.disallowed, true);
  add(store, stores.intermediates, stores.disallowed, false);
}

// A service's stores include the machine's (and what group policies put there).
void trustSystemAuthorities(ssl_ctx_st* context) {
  const CertificateStores stores{::CertOpenSystemStoreA(0, "ROOT"), ::CertOpenSystemStoreA(0, "CA"),
                                 ::CertOpenSystemStoreA(0, "Disallowed")};
  trustStores(context, stores);
  for (void* store : {stores.roots, stores.intermediates, stores.disallowed}) {
    if (store != nullptr) ::CertCloseStore(store, 0);
  }
}

}  // namespace postern
