#pragma once
// The made-up customers that every contestant reads, and what the least code makes of a row.

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::bench {

/// Rows a page, as profacto's connector asks by default.
inline constexpr std::int64_t kPageSize = 500;
/// What is sent for one customer: the customer and its address.
inline constexpr std::int64_t kRecordsPerCustomer = 2;

/// Customer `number` as a JSON object of some 600 bytes; the same number gives the same bytes.
std::string customerRow(std::int64_t number);

/// The eight fields of a customer that are carried over. Views into the parsed page.
struct CustomerFields {
  std::string_view number, name1, name2, street, zip, city, country, phone, mail;
};

/// The bodies that create the customer and its address in the app. In the address `kIdMark` stands for the customer's
/// id.
inline constexpr std::string_view kIdMark = "@id@";
std::string customerBody(const CustomerFields& customer);
std::string addressBody(const CustomerFields& customer);

}  // namespace postern::bench
