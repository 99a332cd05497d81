#pragma once
// Certificates made on the spot: an authority and what it signs, good or bad as a test needs it.

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace postern {

/// A certificate with its key; P-256.
class TestCertificate {
 public:
  struct Want {
    std::string name = "localhost";                           // common name
    std::string alternatives = "DNS:localhost,IP:127.0.0.1";  // subjectAltName; "" = none
    bool authority = false;
    long fromDays = -1;  // validity, days from now
    long toDays = 1;
  };

  /// Signed by `issuer`, or by itself when that is nullptr.
  explicit TestCertificate(const Want& want, const TestCertificate* issuer = nullptr)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* x = certificate_.get();
    static long serial = 1;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), want.fromDays * 86400);
    X509_gmtime_adj(X509_getm_notAfter(x), want.toDays * 86400);
    X509_set_pubkey(x, key_.get());
    X509_NAME* subject = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(want.name.c_str()),
                               -1, -1, 0);
    X509_set_issuer_name(x, issuer != nullptr ? X509_get_subject_name(issuer->certificate_.get()) : subject);
    if (want.authority) add(NID_basic_constraints, "critical,CA:TRUE");
    if (!want.alternatives.empty()) add(NID_subject_alt_name, want.alternatives);
    if (X509_sign(x, (issuer != nullptr ? issuer : this)->key_.get(), EVP_sha256()) == 0) {
      throw std::runtime_error("X509_sign");
    }
  }

  /// The certificate in its binary form.
  std::string der() const {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate_.get(), &bytes);
    std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return out;
  }

  /// Writes PEM files, each with the part its name says.
  void writeCertificate(const std::string& file) const {
    write(file, [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate_.get()); });
  }
  void writeKey(const std::string& file) const {
    write(file,
          [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

 private:
  void add(int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    if (extension == nullptr) throw std::runtime_error("X509V3_EXT_conf_nid " + value);
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  template <class Put>
  static void write(const std::string& file, Put put) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_file(file.c_str(), "wb"), BIO_free);
    if (!bio || put(bio.get()) != 1) throw std::runtime_error("cannot write " + file);
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

}  // namespace postern
