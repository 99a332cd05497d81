// clang-format off
#include <windows.h>
#include <wincrypt.h>
// clang-format on
#undef X509_NAME
#undef X509_EXTENSIONS
#undef PKCS7_SIGNER_INFO
#undef OCSP_REQUEST
#undef OCSP_RESPONSE
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "agent/system_authorities_windows.h"
#include "tests/support/test_certificates.h"

namespace postern {
namespace {

struct SystemAuthoritiesTest : testing::Test {
  TestCertificate root{{.name = "Root", .alternatives = "", .authority = true}};
  TestCertificate intermediate{{.name = "Intermediate", .alternatives = "", .authority = true}, &root};
  TestCertificate server{{}, &intermediate};
  void* roots = open();
  void* intermediates = open();
  void* disallowed = open();

  ~SystemAuthoritiesTest() override {
    for (void* store : {roots, intermediates, disallowed}) ::CertCloseStore(store, 0);
  }
  static void* open() { return ::CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr); }

  /// `purpose`: the only one that an administrator leaves it.
  static void put(void* store, const TestCertificate& certificate, const char* purpose = nullptr) {
    const auto der = certificate.der();
    const CERT_CONTEXT* entry = nullptr;
    ASSERT_TRUE(::CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, reinterpret_cast<const BYTE*>(der.data()),
                                                   static_cast<DWORD>(der.size()), CERT_STORE_ADD_ALWAYS, &entry));
    if (purpose != nullptr) {
      std::string text = purpose;
      char* list[] = {text.data()};
      CERT_ENHKEY_USAGE usage{1, list};
      EXPECT_TRUE(::CertSetEnhancedKeyUsage(entry, &usage));
    }
    ::CertFreeCertificateContext(entry);
  }
  /// Of the server, which sends nothing but its own certificate.
  bool isTrusted() const {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    trustStores(context.get(), {roots, intermediates, disallowed});
    const auto der = server.der();
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<X509, decltype(&X509_free)> x(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())),
                                                        &X509_free);
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check(X509_STORE_CTX_new(),
                                                                                &X509_STORE_CTX_free);
    X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context.get()), x.get(), nullptr);
    return X509_verify_cert(check.get()) == 1;
  }
};

TEST_F(SystemAuthoritiesTest, KnownIntermediateCompletesTheChain) {
  put(roots, root);
  EXPECT_FALSE(isTrusted());
  put(intermediates, intermediate);
  EXPECT_TRUE(isTrusted());
}

TEST_F(SystemAuthoritiesTest, IntermediatesAreNotTrustedThemselves) {
  put(intermediates, intermediate);
  EXPECT_FALSE(isTrusted());
  put(intermediates, root);
  EXPECT_FALSE(isTrusted()) << "nor a root among them";
}

TEST_F(SystemAuthoritiesTest, WhatIsDisallowedIsNotTaken) {
  put(roots, root);
  put(intermediates, intermediate);
  put(disallowed, intermediate);
  EXPECT_FALSE(isTrusted());
}

TEST_F(SystemAuthoritiesTest, DisallowedRootIsNotTrusted) {
  put(roots, root);
  put(intermediates, intermediate);
  put(disallowed, root);
  EXPECT_FALSE(isTrusted());
}

TEST_F(SystemAuthoritiesTest, RootForOtherPurposesIsNotTrusted) {
  put(intermediates, intermediate);
  put(roots, root, szOID_PKIX_KP_EMAIL_PROTECTION);
  EXPECT_FALSE(isTrusted());
}

TEST_F(SystemAuthoritiesTest, RootForServersIsTrusted) {
  put(intermediates, intermediate);
  put(roots, root, szOID_PKIX_KP_SERVER_AUTH);
  EXPECT_TRUE(isTrusted());
}

}  // namespace
}  // namespace postern
